// An agent's queue: hand a ticket back, take it again, look at similar solved cases.
import { ask, decide, follow, say, toast } from "./console.js";

const found = new Map(); // what was found of similar cases, by ticket: shown again after a refresh

function agent() {
  return document.getElementById("queue").dataset.agent;
}

async function handBack(ticket) {
  const dialog = document.getElementById("hand-back");
  const form = dialog.querySelector("form");
  form.reset();
  needWords(form);
  dialog.querySelector("[data-ticket]").textContent = ticket;
  const done = await decide(dialog, (decided) => {
    const words = decided.get("words").trim();
    const reason = [decided.get("reason"), words].filter(Boolean).join(": ");
    return ask("POST", `/v1/tickets/${encodeURIComponent(ticket)}/hand-back`, { agent_id: agent(), reason });
  });
  if (!done) return;
  await told(() => {
    toast(say(`${ticket} is handed back: the next refresh gives it to somebody else.`, `${ticket} 已退回，下一次刷新会改派。`));
  });
}

async function takeBack(override) {
  await told(async () => {
    await ask("DELETE", `/v1/overrides/${encodeURIComponent(override)}`);
    toast(say("The plan may give it to you again.", "已撤销退回，计划可再次派给您。"));
  });
}

/** Do it, say what went wrong, and show how things stand now. */
async function told(doIt) {
  try {
    await doIt();
    await follow();
    // the button that was pressed is gone: the keyboard goes on from the top of the page
    if (document.activeElement === document.body) document.getElementById("main").focus({ preventScroll: true });
  } catch (problem) {
    toast(problem.message, "wrong");
  }
}

/** Another reason needs words; a quick one may have some. */
function needWords(form) {
  form.querySelector("textarea").required = form.querySelector("[data-other]").checked;
}

/** A state of a ticket in words, which the page brings along. */
function stateOf(code) {
  return document.querySelector(`#states [data-code="${CSS.escape(code)}"]`)?.textContent || code;
}

function line(kind, text, className = "") {
  const element = document.createElement(kind);
  element.textContent = text;
  element.className = className;
  return element;
}

function caseOf(one) {
  const item = document.createElement("li");
  const like = say("alike", "相似");
  item.append(
    line("b", `${Math.round(100 * one.similarity)} % ${like}`),
    ` ${one.ticket_id}${one.category ? ` · ${one.category}` : ""}`,
    line("p", say(one.solution.text, one.solution.text_zh)),
    line("p", one.solution.path.map((state) => stateOf(state)).join(" → "), "faint"),
  );
  const noted = Object.entries(one.solution.resolution).map(([name, value]) => `${name}: ${value}`);
  if (noted.length) item.append(line("p", noted.join(", "), "faint"));
  return item;
}

function fill(details, cases) {
  const place = details.querySelector(".cases");
  if (!cases.length) {
    place.replaceChildren(line("p", say("No solved case is like it.", "没有相似的已解决案例。"), "faint"));
    return;
  }
  const list = document.createElement("ul");
  list.append(...cases.map(caseOf));
  place.replaceChildren(list);
}

async function openSimilar(details) {
  const ticket = details.dataset.similar;
  if (found.has(ticket)) {
    details.querySelector(".cases").ariaLive = "off"; // it was read out once
    return fill(details, found.get(ticket));
  }
  details.querySelector(".cases").replaceChildren(line("p", say("Looking …", "正在查找……"), "faint"));
  try {
    const { told: answer } = await ask("GET", `/v1/similar?ticket_id=${encodeURIComponent(ticket)}`);
    found.set(ticket, answer.cases);
    const now = document.getElementById(details.id);
    if (now) fill(now, answer.cases);
  } catch (problem) {
    document.getElementById(details.id)?.querySelector(".cases").replaceChildren(line("p", problem.message, "faint"));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-hand-back], [data-take-back]");
  if (button?.dataset.handBack) handBack(button.dataset.handBack);
  if (button?.dataset.takeBack) takeBack(button.dataset.takeBack);
});
document.addEventListener("change", (event) => {
  const form = event.target.closest("#hand-back form");
  if (form) needWords(form);
});
// "toggle" does not bubble, and a refresh opens what was open by setting the attribute
document.addEventListener(
  "toggle",
  (event) => event.target.open && event.target.dataset?.similar && openSimilar(event.target),
  true,
);
