// The form of a policy: reads the document out of its fields, and shows faults beside them.
const editor = document.getElementById("editor");
const rules = document.getElementById("rules");

/** The document as the form has it now; what the form does not show stays as it was published. */
export function edited() {
  const told = JSON.parse(editor.dataset.document);
  for (const field of editor.querySelectorAll("[data-at]")) {
    const [part, name] = field.dataset.at.slice(1).split("/");
    if (name) told[part][name] = number(field);
    else told[part] = field.value;
  }
  for (const level of editor.querySelectorAll("[data-level]")) {
    const kind = level.querySelector("[data-kind]").value;
    const value = number(level.querySelector("[data-number]"));
    const before = told.alerts[level.dataset.level];
    told.alerts[level.dataset.level] = kind === "risk" ? value : target(kind, value, level, before);
  }
  told.alerts.rules = [...rules.querySelectorAll(".rule")].map(rule);
  return told;
}

function target(kind, value, level, before) {
  const kept = typeof before === "object" ? before.otherwise : Number(level.dataset.otherwise);
  return { precision: null, per_day: null, otherwise: kept, [kind]: value };
}

/** A number that is missing or no number is sent as it stands, so that the service says so. */
function number(field) {
  return field.value === "" || Number.isNaN(field.valueAsNumber) ? null : field.valueAsNumber;
}

function rule(card) {
  const value = (key) => card.querySelector(`[data-key="${key}"]`);
  const names = value("categories").value.split(/[,，]/).map((name) => name.trim()).filter(Boolean);
  const days = [...card.querySelectorAll("[data-day]")];
  const chosen = days.filter((day) => day.checked).map((day) => day.dataset.day);
  return {
    watch: number(value("watch")), warn: number(value("warn")), red: number(value("red")),
    categories: names.length ? names : null,
    weekdays: chosen.length === days.length ? null : chosen,
    start: value("start").value.trim(), end: value("end").value.trim(),
  };
}

/** Keep a number and its slider alike, and number the rules. */
export function settle() {
  for (const place of editor.querySelectorAll(".twin, .level")) {
    const slider = place.querySelector('input[type="range"]');
    const field = place.querySelector('input[type="number"]');
    if (field.value !== "" && document.activeElement !== slider) slider.value = field.value;
    const kind = place.querySelector("[data-kind]");
    if (kind) slider.hidden = kind.value === "per_day";
  }
  const weights = [...editor.querySelectorAll('[data-at^="/weights/"]')];
  const sum = weights.reduce((total, field) => total + (number(field) || 0), 0);
  for (const field of weights) {
    const share = sum ? Math.round((100 * (number(field) || 0)) / sum) : 0;
    field.closest(".twin").querySelector(".share").textContent = `${share} %`;
  }
  const cards = [...rules.querySelectorAll(".rule")];
  cards.forEach((card, place) => (card.querySelector(".place").textContent = place + 1));
  document.getElementById("no-rules").hidden = cards.length > 0;
}

/** What is dragged goes into the number. */
export function follow(slider) {
  const place = slider.closest(".twin, .level");
  place.querySelector('input[type="number"]').value = slider.value;
}

/** Another rule at the end, or a rule moved up or taken away; gives what to focus then. */
export function changeRules(button) {
  const card = button.closest(".rule");
  if (button.id === "add-rule") {
    rules.append(document.getElementById("blank-rule").content.cloneNode(true));
    return rules.lastElementChild.querySelector("input");
  }
  if ("up" in button.dataset) {
    card.previousElementSibling?.before(card);
    return button;
  }
  const next = card.nextElementSibling || card.previousElementSibling;
  card.remove();
  return next?.querySelector("input") || document.getElementById("add-rule");
}

/** Show each fault at its field; gives the words of those that have none. */
export function showFaults(faults) {
  for (const field of editor.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  for (const line of editor.querySelectorAll(".fault")) line.hidden = true;
  return faults.filter((fault) => !showFault(fault)).map((fault) => `${fault.pointer} ${fault.reason}`);
}

function showFault({ pointer, reason }) {
  const path = pointer.replace(/^\/policy/, "");
  const [, place, key] = path.match(/^\/alerts\/rules\/(\d+)\/?(\w*)/) || [];
  const card = place === undefined ? null : rules.children[Number(place)];
  const holder = card || editor.querySelector(`[data-field="${path.split("/").slice(0, 3).join("/")}"]`);
  if (!holder) return false;
  const field = card ? card.querySelector(`[data-key="${key}"]`) : holder.querySelector('input[type="number"]');
  field?.setAttribute("aria-invalid", "true");
  let line = holder.querySelector(":scope > .fault");
  if (!line) {
    line = Object.assign(document.createElement("p"), { className: "fault" });
    line.setAttribute("role", "alert");
    holder.append(line);
  }
  line.textContent = reason;
  line.hidden = false;
  return true;
}
