// Moving a ticket to another agent: drag it, or press its "Move…" button; the effect is shown first.
// Any [draggable][data-ticket] can be dragged, any [data-agent] takes it.
import { ask, decide, follow, say, toast } from "./console.js";

const OTHERS_SHOWN = 6;
const UNDO_MS = 20000;
const by = (id) => document.getElementById(id);
const dialog = by("move"); // only there for who may move tickets
const looked = { turn: 0, told: null, wish: "", key: "" };
let dragged = null;

const percent = (share) => `${Math.round(share * 100)} %`;
const fromTo = (change, written) => `${written(change.before)} → ${written(change.after)}`;
const moment = (eta) => eta.p50.slice(5, 16).replace("T", " ");
const confirming = () => dialog.querySelector("button[value=yes]");

/** The codes of hard rules in the words of the page. */
function inWords(codes) {
  const known = new Map([...by("move-rules").children].map((each) => [each.dataset.code, each.textContent]));
  return codes.map((code) => known.get(code) || code).join(say(", ", "、"));
}

function line(cells, look = "") {
  const row = document.createElement("tr");
  cells.forEach((text, at) => {
    const cell = row.insertCell();
    cell.textContent = text;
    if (at === cells.length - 1) cell.className = `n ${look}`;
  });
  return row;
}

/** Green where fewer are expected to be late, red where more are, plain for less than a thousandth. */
function look(change) {
  const gap = change.after - change.before;
  return Math.abs(gap) < 0.0005 ? "" : gap < 0 ? "gain" : "harm";
}

function says(id, text) {
  by(id).hidden = !text;
  by(id).querySelector("b").textContent = text;
}

function showEffect(told) {
  by("move-queues").replaceChildren(
    ...told.queues.map((queue) => {
      const open = `${fromTo(queue.open, String)} / ${queue.capacity}`;
      const expected = fromTo(queue.expected_timeouts, (sum) => sum.toFixed(2));
      const row = line([queue.agent_id, open, expected], look(queue.expected_timeouts));
      row.cells[1].className = "n";
      return row;
    }),
  );
  by("move-own").textContent = fromTo(told.ticket.risk_timeout, percent);
  by("move-own").className = look(told.ticket.risk_timeout);
  by("move-eta").textContent = fromTo(told.ticket.eta, moment);
  const gap = (each) => Math.abs(each.risk_timeout.after - each.risk_timeout.before);
  const others = told.queues
    .flatMap((queue) => queue.tickets.map((each) => ({ ...each, agent: queue.agent_id })))
    .filter((each) => gap(each) >= 0.0005)
    .sort((one, other) => gap(other) - gap(one))
    .slice(0, OTHERS_SHOWN)
    .map((each) => {
      const risk = fromTo(each.risk_timeout, (share) => `${(share * 100).toFixed(1)} %`);
      return line([each.ticket_id, each.agent, risk], look(each.risk_timeout));
    });
  by("move-others").tBodies[0].replaceChildren(...others);
  by("move-others").hidden = others.length === 0;
  by("move-effect").hidden = false;
}

/** Nothing is known yet of the move that is chosen now; what is on its way is no longer waited for. */
function forget() {
  looked.turn += 1;
  looked.told = null;
  confirming().disabled = true;
  for (const id of ["move-asking", "move-forbidden", "move-passing", "move-over", "move-effect"]) by(id).hidden = true;
}

async function lookAt(ticket, agent) {
  forget();
  if (!agent) return;
  const turn = looked.turn;
  by("move-asking").hidden = false;
  try {
    const { told } = await ask("POST", "/v1/overrides/preview", { ticket_id: ticket, agent_id: agent });
    if (turn !== looked.turn) return;
    looked.told = told;
    says("move-forbidden", inWords(told.objections.lasting));
    says("move-passing", inWords(told.objections.passing));
    const taking = told.queues.find((queue) => queue.agent_id === agent);
    by("move-over").hidden = taking.open.after <= taking.capacity;
    showEffect(told);
    confirming().disabled = told.objections.lasting.length > 0;
  } catch (problem) {
    if (turn === looked.turn) toast(problem.message, "wrong");
  } finally {
    if (turn === looked.turn) by("move-asking").hidden = true;
  }
}

async function begin(ticket, agent = "") {
  const select = by("move-agent");
  const none = new Option(select.dataset.choose, "");
  select.replaceChildren(none, ...[...by("move-people").options].map((each) => new Option(each.text, each.value)));
  select.value = agent;
  select.onchange = () => lookAt(ticket, select.value);
  by("move-ticket").textContent = ticket;
  by("move-reason").value = "";
  says("move-standing", standing(ticket));
  const deciding = decide(dialog, (form) => choose(looked.told, form.get("reason")));
  (agent ? by("move-reason") : select).focus();
  lookAt(ticket, agent);
  const made = await deciding;
  forget();
  if (made) await chosen(made);
}

/** What was looked at on an earlier refresh, or could not be, is looked at again; what was typed stays. */
function lookAgain() {
  if (!dialog?.open) return;
  says("move-standing", standing(by("move-ticket").textContent));
  const isOld = looked.told && looked.told.refresh_id !== by("refresh").dataset.refresh;
  if (isOld || (!looked.told && by("move-asking").hidden)) lookAt(by("move-ticket").textContent, by("move-agent").value);
}

/** Who chose something for the ticket already, and what; empty for nobody. */
function standing(ticket) {
  const choice = document.querySelector(`[data-choice="${CSS.escape(ticket)}"]`);
  return choice ? [...choice.querySelectorAll("td[data-label]")].map((cell) => cell.textContent.trim()).join(" · ") : "";
}

/** A key that no other wish has; `randomUUID` is not there on a page without TLS. */
function newKey() {
  return [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(16)).join("-");
}

async function choose({ ticket_id, agent_id, refresh_id }, reason) {
  const wish = { ticket_id, agent_id, refresh_id, reason, pinned: true };
  const written = JSON.stringify(wish);
  // confirmed again after its answer was lost it is the same wish, not another
  if (written !== looked.wish) Object.assign(looked, { wish: written, key: newKey() });
  const { told } = await ask("POST", "/v1/overrides", wish, { "Idempotency-Key": looked.key });
  return told;
}

async function chosen({ ticket_id, agent_id, override_id }) {
  const done = say(`${ticket_id} goes to ${agent_id} with the next refresh. `, `${ticket_id} 将于下次刷新改派给 ${agent_id}。`);
  const note = toast(done, "done", UNDO_MS);
  const undo = document.createElement("button");
  undo.className = "quiet take-back";
  undo.dataset.override = override_id;
  undo.dataset.ticket = ticket_id;
  undo.textContent = say("Undo", "撤销");
  note.append(undo);
  await follow();
}

async function takeBack(button) {
  const ticket = button.dataset.ticket;
  button.disabled = true;
  try {
    await ask("DELETE", `/v1/overrides/${encodeURIComponent(button.dataset.override)}`);
    button.closest("#toasts p")?.remove();
    await follow();
    const before = document.querySelector(`[data-choice="${CSS.escape(ticket)}"]`);
    if (before) toast(say("Taken back: what was said before holds again.", "已撤回：恢复之前的指定。"));
    else toast(say("Taken back: the next plan decides.", "已撤回：由下次计划决定。"));
  } catch (problem) {
    button.disabled = false;
    toast(problem.message, "wrong");
  }
}

/** Say at each ticket of the page that a choice stands and waits for the next refresh. */
function mark() {
  for (const old of document.querySelectorAll(".choice-waits")) old.remove();
  for (const choice of document.querySelectorAll("[data-choice][data-waits]")) {
    for (const card of document.querySelectorAll(`#main [data-ticket="${CSS.escape(choice.dataset.choice)}"]`)) {
      if (card.matches("button")) continue;
      const badge = document.createElement("span");
      badge.className = "alert watch choice-waits";
      badge.textContent = choice.dataset.waits;
      (card.querySelector("td") || card).append(" ", badge);
    }
  }
}

const target = (event) => dragged && event.target.closest?.("[data-agent]");

/** Everybody within reach of the mouse, wherever the dragged row stands on the page. */
function offerPeople() {
  const chips = [...by("move-people").options].map((person) => {
    const chip = document.createElement("li");
    chip.dataset.agent = person.value;
    chip.textContent = person.text;
    return chip;
  });
  by("move-tray").replaceChildren(...chips);
}

function letGo() {
  dragged = null;
  document.body.classList.remove("moving");
  by("move-tray").replaceChildren();
  for (const each of document.querySelectorAll(".dragging, .drop-here")) each.classList.remove("dragging", "drop-here");
}

function dragAndDrop() {
  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[draggable=true][data-ticket]");
    if (!card) return;
    dragged = card.dataset.ticket;
    event.dataTransfer.setData("text/plain", dragged);
    event.dataTransfer.effectAllowed = "move";
    card.classList.add("dragging");
    // a page that changes while a drag begins ends it
    setTimeout(() => {
      if (dragged === null) return;
      document.body.classList.add("moving");
      offerPeople();
    });
  });
  document.addEventListener("dragover", (event) => {
    const over = target(event);
    for (const each of document.querySelectorAll(".drop-here")) if (each !== over) each.classList.remove("drop-here");
    if (!over) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    over.classList.add("drop-here");
  });
  document.addEventListener("drop", (event) => {
    const over = target(event);
    if (!over) return;
    event.preventDefault();
    const ticket = dragged;
    letGo();
    begin(ticket, over.dataset.agent);
  });
  document.addEventListener("dragend", letGo);
}

document.addEventListener("fendan:shown", mark);
document.addEventListener("fendan:shown", lookAgain);
mark();
if (dialog) {
  dragAndDrop();
  document.addEventListener("click", (event) => {
    const move = event.target.closest?.(".move-ticket");
    const back = event.target.closest?.(".take-back");
    if (move) begin(move.dataset.ticket);
    if (back) takeBack(back);
  });
}
