// What every page of the console does: follows the plan, ticks the countdowns, asks the API.
// No other host is asked, nothing is kept in the browser.
const POLL_MS = 3000;
const SOON_S = 2 * 3600;
const SPAN_S = 24 * 3600;

const loaded = { at: performance.now(), tag: "", regions: new Map(), told: said() };

/** A word of this page in its language: `<body data-language>` says which of the two. */
export function say(en, zh) {
  return document.body.dataset.language === "zh" ? zh : en;
}

/** Seconds since 1970 of the desk's own present; NaN where the page has none. */
export function now() {
  const moment = document.querySelector("[data-now]");
  return moment ? Number(moment.dataset.now) + (performance.now() - loaded.at) / 1000 : NaN;
}

/** Time left as h:mm:ss, with a minus where it is past; the server writes it the same way. */
export function written(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const sign = seconds < 0 ? "\u2212" : "";
  return `${sign}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function tick() {
  const present = now();
  if (Number.isNaN(present)) return;
  for (const clock of document.querySelectorAll(".countdown")) {
    const left = Number(clock.dataset.due) - present;
    clock.textContent = written(left);
    clock.classList.toggle("past", left < 0);
    clock.classList.toggle("soon", left >= 0 && left < SOON_S);
  }
  for (const bar of document.querySelectorAll(".timebar")) {
    const left = Number(bar.dataset.due) - present;
    const share = Math.min(Math.max(left / (Number(bar.dataset.span) || SPAN_S), 0), 1);
    bar.style.setProperty("--left", share.toFixed(4));
    bar.classList.toggle("past", left < 0);
    bar.classList.toggle("soon", left >= 0 && left < SOON_S);
  }
}

/**
 * Ask the API. Gives the JSON of the answer (null where it has none) and its headers.
 * A refusal is thrown as an Error with `status`, `code` and the words of the problem, which come in
 * the language of the page; `signal` (an AbortSignal) gives the request up, which is thrown as an
 * AbortError.
 */
export async function ask(method, path, body, headers = {}, signal = undefined) {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "Content-Type": "application/json" };
  const language = { "Accept-Language": document.body.dataset.language };
  const answer = await fetch(path, { method, headers: { ...type, ...language, ...headers }, ...sent, signal }).catch((problem) => {
    if (problem.name === "AbortError") throw problem;
    throw new Error(say("The service cannot be reached: try again in a moment.", "无法连接服务，请稍后重试。"));
  });
  const text = await answer.text();
  const told = text && /json/.test(answer.headers.get("Content-Type") || "") ? JSON.parse(text) : null;
  if (!answer.ok) {
    const problem = new Error(told?.detail || say(`The service answered ${answer.status}.`, `服务返回状态 ${answer.status}。`));
    problem.status = answer.status;
    problem.code = (told?.type || "").split(":").pop();
    problem.errors = told?.errors || [];
    throw problem;
  }
  return { told, headers: answer.headers };
}

/** Say something for `ms`; `kind` is "done" or "wrong". Gives the line, to put a button in. */
export function toast(text, kind = "done", ms = kind === "wrong" ? 12000 : 6000) {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  document.getElementById("toasts").append(line);
  setTimeout(() => line.remove(), ms);
  return line;
}

/** Whether a region must stay as it is: somebody types, drags or decides in it. */
function isBusy(region) {
  if (region.querySelector("dialog[open], [data-busy]")) return true;
  const active = document.activeElement;
  return region.contains(active) && active.matches("input, textarea, select");
}

/** How an element is found again in another state of its region; empty where nothing tells. */
function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const kind = ["ticket", "agent", "choice"].find((each) => element.dataset[each]);
  return kind ? `${element.localName}[data-${kind}="${CSS.escape(element.dataset[kind])}"]` : "";
}

/** Where the keyboard is in a region: in what, and which of its like there; null where it is not. */
function focusIn(region) {
  const active = document.activeElement;
  if (!region.contains(active)) return null;
  let owner = active;
  while (owner !== region && !nameOf(owner)) owner = owner.parentElement;
  const at = [...owner.querySelectorAll(active.localName)].indexOf(active);
  return { owner: nameOf(owner), like: active.localName, at, href: active.getAttribute("href") };
}

/** The keyboard goes on where it was; where that is gone, from the beginning of the region. */
function refocus(kept, region) {
  const owner = region.matches(kept.owner) ? region : region.querySelector(kept.owner);
  const those = owner ? [...owner.querySelectorAll(kept.like)] : [];
  const same = kept.href && those.find((each) => each.getAttribute("href") === kept.href);
  const there = (kept.at < 0 ? owner : same || (kept.href ? null : those[kept.at])) || region;
  if (there === region) region.tabIndex = -1;
  there.focus({ preventScroll: true });
}

function swap(region, fresh) {
  const open = [...region.querySelectorAll("details[open][id]")].map((each) => each.id);
  const focused = focusIn(region);
  const rolled = [...region.querySelectorAll("[data-rolls][id]")].map((e) => [e.id, e.scrollTop, e.scrollLeft]);
  region.replaceWith(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, top, left] of rolled) document.getElementById(id)?.scrollTo(left, top);
  if (focused) refocus(focused, fresh);
}

/** What is to be said of the state shown, in a sentence; empty where the page has none. */
function said() {
  return document.querySelector("[data-told]")?.dataset.told || "";
}

/** Tell a screen reader what changed in a sentence: the tables themselves are never read out. */
function announce() {
  if (said() !== loaded.told) document.getElementById("told").textContent = loaded.told = said();
}

/** Show another state of the page: regions (`data-live` with an id) that differ are put in place. */
function show(next) {
  if (document.querySelector(".dragging")) return false; // where it is to be dropped stays there
  let late = false;
  const known = new Set();
  for (const fresh of next.querySelectorAll("[data-live]")) {
    known.add(fresh.id);
    const region = document.getElementById(fresh.id);
    if (!region) return location.reload();
    const text = fresh.outerHTML;
    if (loaded.regions.get(fresh.id) === text) continue;
    if (isBusy(region)) {
      late = true;
      continue;
    }
    swap(region, document.adoptNode(fresh));
    loaded.regions.set(fresh.id, text);
  }
  for (const region of document.querySelectorAll("[data-live]")) {
    if (!known.has(region.id)) return location.reload();
  }
  const moment = next.querySelector("[data-now]");
  if (moment) document.querySelector("[data-now]").dataset.now = moment.dataset.now;
  loaded.at = performance.now();
  document.dispatchEvent(new CustomEvent("fendan:shown"));
  tick();
  announce();
  return !late;
}

/** Ask for the page again, and show what is new. */
export async function follow() {
  const answer = await fetch(location.href, {
    headers: loaded.tag ? { "If-None-Match": loaded.tag } : {},
    cache: "no-store",
  });
  if (answer.redirected) return void location.assign(answer.url); // the session has ended
  if (answer.status === 304) return;
  const type = answer.headers.get("Content-Type") || "";
  if (!type.startsWith("text/html")) throw new Error(`${answer.status} is no page`); // it passes
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (show(next)) loaded.tag = answer.headers.get("ETag") || "";
}

/** Open a dialog; the promise gives its form's data once confirmed, null when it was left. */
export function decide(dialog) {
  const opener = document.activeElement;
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        // a refresh may have put another button in the place of the one that opened it
        if (opener.id && !opener.isConnected) document.getElementById(opener.id)?.focus({ preventScroll: true });
        resolve(dialog.returnValue === "yes" ? new FormData(dialog.querySelector("form")) : null);
      },
      { once: true },
    );
  });
}

let asking = false;
async function again() {
  if (document.hidden || asking) return;
  asking = true;
  const light = document.querySelector(".live");
  try {
    await follow();
    light?.classList.remove("stale");
    if (light?.dataset.said) light.textContent = light.dataset.said;
  } catch {
    // a service that restarts is simply asked again next time
    if (light && !light.classList.contains("stale")) {
      light.dataset.said = light.textContent;
      light.classList.add("stale");
      light.textContent = light.dataset.stale;
    }
  } finally {
    asking = false;
  }
}

for (const region of document.querySelectorAll("[data-live]")) {
  loaded.regions.set(region.id, region.outerHTML);
}
tick();
setInterval(tick, 1000);
if (document.querySelector("[data-live]")) setInterval(again, Number(document.body.dataset.poll) || POLL_MS);
document.addEventListener("visibilitychange", () => document.hidden || again());
