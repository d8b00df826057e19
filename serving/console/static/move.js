// Moving a ticket to another agent: drag it, or press its "Move…" button; the effect is shown first.
import { ask, decide, follow, say, toast } from "./console.js";
import { dragAndDrop } from "./move_drag.js";
import { showEffect } from "./move_effect.js";

const UNDO_MS = 20000;
const byId = (id) => document.getElementById(id);
const dialog = byId("move"); // only there for who may move tickets
const looked = { turn: 0, told: null, wish: "", key: "" };
const confirming = () => dialog.querySelector("button[value=yes]");

/** The codes of hard rules in the words of the page. */
function inWords(codes) {
  const known = new Map([...byId("move-rules").children].map((each) => [each.dataset.code, each.textContent]));
  return codes.map((code) => known.get(code) || code).join(say(", ", "、"));
}

function says(id, text) {
  byId(id).hidden = !text;
  byId(id).querySelector("b").textContent = text;
}

/** Nothing is known yet of the move that is chosen now; what is on its way is no longer waited for. */
function forget() {
  looked.turn += 1;
  looked.told = null;
  confirming().disabled = true;
  for (const id of ["move-asking", "move-forbidden", "move-passing", "move-over", "move-effect"]) byId(id).hidden = true;
}

async function lookAt(ticket, agent) {
  forget();
  if (!agent) return;
  const turn = looked.turn;
  byId("move-asking").hidden = false;
  try {
    const { told } = await ask("POST", "/v1/overrides/preview", { ticket_id: ticket, agent_id: agent });
    if (turn !== looked.turn) return;
    looked.told = told;
    says("move-forbidden", inWords(told.objections.lasting));
    says("move-passing", inWords(told.objections.passing));
    const taking = told.queues.find((queue) => queue.agent_id === agent);
    byId("move-over").hidden = taking.open.after <= taking.capacity;
    showEffect(told);
    confirming().disabled = told.objections.lasting.length > 0;
  } catch (problem) {
    if (turn === looked.turn) toast(problem.message, "wrong");
  } finally {
    if (turn === looked.turn) byId("move-asking").hidden = true;
  }
}

async function begin(ticket, agent = "") {
  const select = byId("move-agent");
  const none = new Option(select.dataset.choose, "");
  select.replaceChildren(none, ...[...byId("move-people").options].map((each) => new Option(each.text, each.value)));
  select.value = agent;
  select.onchange = () => lookAt(ticket, select.value);
  byId("move-ticket").textContent = ticket;
  byId("move-reason").value = "";
  says("move-standing", standing(ticket));
  const deciding = decide(dialog, (form) => choose(looked.told, form.get("reason")));
  (agent ? byId("move-reason") : select).focus();
  lookAt(ticket, agent);
  const made = await deciding;
  forget();
  if (made) await chosen(made);
}

/** What was looked at on an earlier refresh, or could not be, is looked at again; what was typed stays. */
function lookAgain() {
  if (!dialog?.open) return;
  says("move-standing", standing(byId("move-ticket").textContent));
  const isOld = looked.told && looked.told.refresh_id !== byId("refresh").dataset.refresh;
  if (isOld || (!looked.told && byId("move-asking").hidden)) lookAt(byId("move-ticket").textContent, byId("move-agent").value);
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

document.addEventListener("fendan:shown", mark);
document.addEventListener("fendan:shown", lookAgain);
mark();
if (dialog) {
  dragAndDrop(begin);
  document.addEventListener("click", (event) => {
    const move = event.target.closest?.(".move-ticket");
    const back = event.target.closest?.(".take-back");
    if (move) begin(move.dataset.ticket);
    if (back) takeBack(back);
  });
}
