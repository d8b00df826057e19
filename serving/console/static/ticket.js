// The page of one ticket: makes a logged decision again, and says what came out.
import { ask, say } from "./console.js";

const CAUSES = {
  degraded: ["It was not decided in full: stages gave way for want of time.", "当时未完整决策：部分环节因时间不足而降级。"],
  forgotten: ["A customer was forgotten since: the history is another.", "此后有客户被遗忘：历史已不同。"],
  history_unknown: ["It was logged before the last event known was kept with a decision.", "该决策记录较早，未保存当时的最后事件。"],
  model_gone: ["Its model cannot be loaded any more.", "当时的模型已无法加载。"],
  policy_unknown: ["The policy it obeyed is not in the store.", "存储中没有当时的策略。"],
  unexplained: [
    "All that was stored is as it was: another version of Fendan decided it, or its model came with other events.",
    "存储内容未变：可能由其他版本的分单作出，或模型自带的事件不同。",
  ],
};

const dialog = document.getElementById("replayed");
const said = document.getElementById("replayed-said");
let turn = 0; // an answer that comes after another was asked for is passed over

function line(text, look = "") {
  const made = document.createElement("p");
  made.className = look;
  made.textContent = text;
  return made;
}

function cell(kind, text) {
  const made = document.createElement(kind);
  made.textContent = text;
  return made;
}

/** Where it differs: a JSON pointer as steps, and the two values. */
function table(differences) {
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  head.append(
    cell("th", say("Where", "位置")),
    cell("th", say("Logged", "记录值")),
    cell("th", say("Replayed", "重放值")),
  );
  const body = made.createTBody();
  for (const each of differences) {
    const steps = each.pointer.slice(1).split("/").map((s) => s.replaceAll("~1", "/").replaceAll("~0", "~"));
    const values = [each.logged, each.replayed].map((v) => (typeof v === "string" ? v : JSON.stringify(v)));
    body.insertRow().append(cell("td", steps.join(" › ")), ...values.map((v) => cell("td", v)));
  }
  const rolls = document.createElement("div");
  rolls.className = "rolls";
  rolls.tabIndex = 0;
  rolls.setAttribute("role", "region");
  rolls.setAttribute("aria-label", say("Differences", "差异"));
  rolls.append(made);
  return rolls;
}

function outcome(told) {
  if (told.same) return [line(say("The same, byte for byte.", "完全一致，逐字节相同。"), "gain")];
  const causes = told.because.map((cause) => line(say(...(CAUSES[cause.code] || [cause.text, cause.text]))));
  const n = told.differences.length;
  if (!n) return [line(say("It cannot be made again.", "无法重放。"), "harm"), ...causes];
  const many = n === 100 ? say("100 or more places differ.", "至少 100 处不同。") : say(n === 1 ? "1 place differs." : `${n} places differ.`, `${n} 处不同。`);
  return [line(many, "harm"), ...causes, table(told.differences)];
}

async function replay(refreshId) {
  const mine = ++turn;
  said.setAttribute("aria-busy", "true");
  said.replaceChildren(line(say("Deciding again: this may take some seconds …", "正在重新决策，可能需要几秒……"), "faint"));
  dialog.showModal();
  let parts;
  try {
    const { told } = await ask("POST", `/v1/decisions/${encodeURIComponent(refreshId)}/replay`);
    parts = outcome(told);
  } catch (problem) {
    parts = [line(problem.message, "harm")];
  }
  if (mine !== turn) return;
  said.removeAttribute("aria-busy");
  said.replaceChildren(...parts);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-replay]");
  if (button) replay(button.dataset.replay);
});
