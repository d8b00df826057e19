// What every page of the console does: follows the plan, ticks the countdowns, asks the API.
// No other host is asked, nothing is kept in the browser.
import { isBusy, swap } from "./regions.js";

const POLL_MS = 3000;
const SOON_S = 2 * 3600;
const SPAN_S = 24 * 3600;
const PATIENCE_MS = 15000; // a cut line would keep a poll waiting for minutes

const loaded = { at: performance.now(), tag: "", regions: new Map(), told: said(), turn: 0 };
const toasts = document.getElementById("toasts");

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
  const how = { method, headers: { ...type, ...language, ...headers }, ...sent, signal };
  const { answer, text } = await answered(path, how);
  const told = text && /json/.test(answer.headers.get("Content-Type") || "") ? JSON.parse(text) : null;
  if (!answer.ok) {
    if (answer.status === 401) signedOut(`/console/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    const ended = answer.status === 401 && say("Nothing was changed: your session has ended.", "未做任何更改：会话已结束。");
    const problem = new Error(ended || told?.detail || say(`The service answered ${answer.status}.`, `服务返回状态 ${answer.status}。`));
    problem.status = answer.status;
    problem.code = (told?.type || "").split(":").pop();
    problem.errors = told?.errors || [];
    throw problem;
  }
  return { told, headers: answer.headers };
}

async function answered(path, how) {
  try {
    const answer = await fetch(path, how);
    return { answer, text: await answer.text() };
  } catch (problem) {
    if (problem.name === "AbortError") throw problem;
    const changes = how.method !== "GET" && !path.endsWith("/preview");
    const open = changes && say(" Whether it was done is not known: look before you do it again.", "是否已生效尚不确定，请核实后再试。");
    throw new Error(say("The service does not answer.", "服务无应答。") + (open || ""));
  }
}

/** Say something for `ms` (Infinity: until it is taken away); `kind` is "done" or "wrong". Gives the line, to put a button in. */
export function toast(text, kind = "done", ms = kind === "wrong" ? 12000 : 6000) {
  const line = document.createElement("p");
  line.className = kind;
  line.textContent = text;
  toasts.append(line);
  if (Number.isFinite(ms)) setTimeout(() => line.remove(), ms);
  return line;
}

/** The session has ended: to the sign-in and back, but not away from what somebody is doing. */
function signedOut(address) {
  if (!isBusy(document.body)) return void location.assign(address);
  if (document.getElementById("signed-out")) return;
  const line = toast(say("Your session has ended. What you typed stays here: ", "会话已结束，您填写的内容保留在此："), "wrong", Infinity);
  line.id = "signed-out";
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.textContent = say("sign in (another tab), then go on", "在新标签页登录后继续");
  line.append(link);
}

/** What is to be said of the state shown, in a sentence; empty where the page has none. */
function said() {
  return document.querySelector("[data-told]")?.dataset.told || "";
}

/** Tell a screen reader what changed in a sentence: the tables themselves are never read out. */
function announce() {
  if (said() !== loaded.told) document.getElementById("told").textContent = loaded.told = said();
}

/** It is another page now; taken as soon as nobody does anything in this one. */
function anew() {
  if (!isBusy(document.body)) location.reload();
  return false;
}

/** Show another state of the page: regions (`data-live` with an id) that differ are put in place. */
function show(next) {
  if (document.querySelector(".dragging")) return false; // where it is to be dropped stays there
  let late = false;
  const known = new Set();
  for (const fresh of next.querySelectorAll("[data-live]")) {
    known.add(fresh.id);
    const region = document.getElementById(fresh.id);
    if (!region) return anew();
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
    if (!known.has(region.id)) return anew();
  }
  const moment = next.querySelector("[data-now]");
  if (moment) document.querySelector("[data-now]").dataset.now = moment.dataset.now;
  loaded.at = performance.now();
  document.dispatchEvent(new CustomEvent("fendan:shown"));
  tick();
  announce();
  return !late;
}

async function look() {
  const turn = ++loaded.turn;
  const answer = await fetch(location.href, {
    headers: loaded.tag ? { "If-None-Match": loaded.tag } : {},
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.redirected) return signedOut(answer.url);
  document.getElementById("signed-out")?.remove();
  if (answer.status === 304) return;
  const type = answer.headers.get("Content-Type") || "";
  const passes = answer.status === 429 || answer.status >= 500;
  if (passes || !type.startsWith("text/html")) throw new Error(`${answer.status} is no page`);
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (turn !== loaded.turn) return; // it was asked again since
  if (show(next)) loaded.tag = answer.headers.get("ETag") || "";
}

/** Ask for the page again, and show what is new. While no page comes, this one stays, and says so. */
export async function follow() {
  const light = document.querySelector(".live");
  try {
    await look();
    if (!light?.classList.contains("stale")) return;
    light.classList.remove("stale");
    light.textContent = light.dataset.said;
    document.dispatchEvent(new CustomEvent("fendan:shown")); // what could not be asked meanwhile is asked now
  } catch {
    if (!light || light.classList.contains("stale")) return;
    light.dataset.said = light.textContent;
    light.classList.add("stale");
    light.textContent = light.dataset.stale;
  }
}

/**
 * Open a dialog that asks before something is done. Confirmed, `act` does it with the form's data; the dialog
 * stays, with all that was typed, until it is done, and says what went wrong.
 * Gives, once the dialog has closed, what `act` gave: undefined where it was left.
 */
export function decide(dialog, act) {
  const opener = document.activeElement;
  const form = dialog.querySelector("form");
  let acting;
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (acting) return; // a second click does not do it twice
    form.ariaBusy = "true";
    acting = Promise.resolve(act(new FormData(form)));
    try {
      await acting;
      dialog.close();
    } catch (problem) {
      acting = undefined;
      toast(problem.message, "wrong");
    } finally {
      form.ariaBusy = "false";
    }
  };
  dialog.querySelector("[data-leave]").onclick = () => dialog.close();
  dialog.showModal();
  dialog.append(toasts); // what lies outside of an open dialog is neither seen nor read
  return new Promise((resolve) => {
    const left = () => {
      document.body.append(toasts);
      // a refresh may have put another button in the place of the one that opened it
      if (opener.id && !opener.isConnected) document.getElementById(opener.id)?.focus({ preventScroll: true });
      resolve(acting?.catch(() => undefined));
    };
    dialog.addEventListener("close", left, { once: true });
  });
}

let asking = false;
async function again() {
  if (document.hidden || asking) return;
  asking = true;
  await follow();
  asking = false;
}

for (const region of document.querySelectorAll("[data-live]")) {
  loaded.regions.set(region.id, region.outerHTML);
}
tick();
setInterval(tick, 1000);
if (document.querySelector("[data-live]")) setInterval(again, Number(document.body.dataset.poll) || POLL_MS);
document.addEventListener("visibilitychange", again);
for (const event of ["online", "pageshow"]) addEventListener(event, (e) => e.type === "pageshow" && !e.persisted || again());
