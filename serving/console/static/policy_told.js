// What the service told of a change, put on the page: figures, tickets that move, warnings.
import { ask, say } from "./console.js";

const MOVES_SHOWN = 200;
const byId = (id) => document.getElementById(id);
const FIGURES = {
  late: ["Late tickets", "超时率"], loss: ["Loss a ticket", "单均损失"],
  escalated: ["Escalated", "升级率"], hand_overs: ["Hand-overs a ticket", "单均转手"],
  gini: ["Uneven load (Gini)", "负载不均（基尼）"], idle: ["Idle share", "空闲占比"],
  actions: ["Actions", "动作数"],
};
const SHARES = new Set(["late", "escalated", "idle"]);

function made(name, text, className = "") {
  return Object.assign(document.createElement(name), { textContent: text, className });
}

/** Both plans side by side; a difference is marked as better or worse where that is plain. */
export function showEffect(told) {
  for (const row of document.querySelectorAll("[data-figure]")) {
    const [before, after] = [told.before, told.after].map((plan) => row.dataset.figure.split(".").reduce((value, key) => value[key], plan));
    const digits = Number(row.dataset.digits);
    const gap = Number((after - before).toFixed(digits));
    const lead = `${gap > 0 ? "+" : gap < 0 ? "−" : "±"}${written(Math.abs(gap), digits)}`;
    const [one, other, difference] = row.querySelectorAll("td");
    one.textContent = written(before, digits);
    other.textContent = written(after, digits);
    difference.textContent = lead;
    difference.classList.toggle("better", "less" in row.dataset && gap < 0);
    difference.classList.toggle("worse", "less" in row.dataset && gap > 0);
    row.classList.toggle("same", gap === 0);
  }
}

function written(value, digits) {
  return value.toLocaleString("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** The tickets that another agent would have; the first few hundred until all are asked for. */
export function showMoves(told) {
  byId("moved").textContent = told.moved;
  const show = (most) => byId("moves-rows").replaceChildren(...told.moves.slice(0, most).map(moveRow));
  show(MOVES_SHOWN);
  byId("all-moves").hidden = told.moves.length <= MOVES_SHOWN;
  byId("all-moves").onclick = () => (show(told.moves.length), (byId("all-moves").hidden = true));
}

function moveRow(each) {
  const row = document.createElement("tr");
  const link = made("a", each.ticket_id);
  link.href = `/console/ticket?id=${encodeURIComponent(each.ticket_id)}`;
  const cell = document.createElement("td");
  cell.append(link);
  const nobody = say("nobody", "无人");
  row.append(cell, ...[each.now, each.before, each.after].map((name) => made("td", name || nobody)));
  return row;
}

/** What may not be meant, in words. */
export function showWarnings(list, warnings) {
  list.replaceChildren(...warnings.map((each) => made("li", say(each.text, each.text_zh))));
}

/** The word for a key of the document (`to`) or a code at a key (`to/duty_manager`), else as it stands. */
function named(key, code) {
  const of = code === undefined ? key : `${key}/${code}`;
  return document.querySelector(`#policy-names [data-of="${CSS.escape(of)}"]`)?.textContent || (code ?? key);
}

let schema = null;

/** The names along a JSON pointer of the document, as its schema has them. */
function titled(pointer) {
  let node = schema;
  return pointer.split("/").slice(1).map((step) => {
    const rivals = [node, ...(node.anyOf || [])];
    node = rivals.map((each) => each.properties?.[step]).find(Boolean) || {};
    return say(node.title, node["x-title-zh"]) || step;
  }).join(" › ");
}

/** The places that differ, each by name with its value before and after. */
export async function showChanges(holder, changes) {
  schema = schema || (await ask("GET", "/v1/policy/schema")).told;
  const list = made("ul", "", "changes");
  for (const each of changes) {
    const line = made("li", `${titled(each.pointer)}: `);
    const key = each.pointer.split("/").pop();
    line.append(made("del", text(each.before, key)), " → ", made("ins", text(each.after, key)));
    list.append(line);
  }
  const none = made("p", say("nothing differs", "没有差异"), "faint");
  holder.replaceChildren(changes.length ? list : none);
}

/** A value as text; what its codes mean hangs on the key that holds it. */
function text(value, key) {
  if (value === null || value === undefined) return "–";
  if (Array.isArray(value)) {
    return value.map((each) => text(each, key)).join(value.some((each) => typeof each === "object") ? "; " : ", ") || "–";
  }
  if (typeof value !== "object") return named(key, String(value));
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return kept.map(([name, each]) => `${named(name)} ${text(each, name)}`).join(" · ") || "–";
}

/** The simulated figures, each difference with the bar of its interval around zero. */
export function showSimulated(told) {
  const rows = told.effects.map((each) => {
    const row = document.createElement("tr");
    const name = FIGURES[each.figure] || [each.figure, each.figure];
    const cells = [each.before, each.after, each.difference].map((v) => made("td", figure(each.figure, v), "n"));
    const last = document.createElement("td");
    last.append(...interval(each));
    row.append(made("td", say(...name)), ...cells, last);
    return row;
  });
  byId("simulated").querySelector("tbody").replaceChildren(...rows);
  byId("simulated").hidden = false;
  byId("simulated").classList.remove("old");
}

function figure(name, value) {
  if (value === null) return "–";
  return SHARES.has(name) ? `${(100 * value).toFixed(1)} %` : value.toFixed(3);
}

function interval({ figure: name, difference, low, high }) {
  if (low === null || high === null || difference === null) return [say("one world gives none", "单个世界无区间")];
  const wide = Math.max(Math.abs(low), Math.abs(high), 1e-9) * 1.1;
  const at = (value) => 100 + (100 * value) / wide;
  const svg = drawn("svg", { viewBox: "0 0 200 20", class: "interval", role: "img" });
  const told = `${figure(name, low)} … ${figure(name, high)}`;
  svg.setAttribute("aria-label", told);
  svg.append(
    drawn("line", { x1: 100, x2: 100, y1: 0, y2: 20 }),
    drawn("line", { x1: at(low), x2: at(high), y1: 10, y2: 10, class: "span" }),
    drawn("circle", { cx: at(difference), cy: 10, r: 4 }),
  );
  return [svg, ` ${told}`];
}

function drawn(name, about) {
  const made_ = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(about)) made_.setAttribute(key, value);
  return made_;
}
