// The page of the weights: each change of the form is looked at on today's queue, and published.
import { ask, decide, follow as poll, say, toast } from "./console.js";
import { changeRules, edited, follow, settle, showFaults } from "./policy_form.js";
import { showChanges, showEffect, showMoves, showSimulated, showWarnings } from "./policy_told.js";

const PAUSE_MS = 300;
const byId = (id) => document.getElementById(id);
const editor = byId("editor");
const refreshed = () => byId("present").dataset.refresh;
const state = {
  start: JSON.stringify(edited()), refresh: refreshed(),
  timer: 0, asking: false, again: false, last: null, leaving: false,
};

const isChanged = () => JSON.stringify(edited()) !== state.start;

function changed() {
  settle();
  const differs = isChanged();
  byId("unsaved").hidden = !differs;
  editor.toggleAttribute("data-busy", differs);
  byId("reset").disabled = !differs;
  byId("publish").disabled = true; // until the service has read it
  byId("figures")?.classList.add("old");
  clearTimeout(state.timer);
  state.timer = setTimeout(look, PAUSE_MS);
}

/** Look at the form as it is; while an answer is awaited, only the last state is asked after it. */
async function look() {
  if (!byId("figures") || !refreshed()) return void (byId("publish").disabled = !isChanged() || "locked" in editor.dataset);
  if (state.asking) return void (state.again = true);
  const effect = byId("effect");
  state.asking = true;
  state.refresh = refreshed();
  byId("newer").hidden = true;
  effect.setAttribute("aria-busy", "true");
  byId("effect-state").textContent = say("reckoning …", "计算中…");
  try {
    const { told } = await ask("POST", "/v1/policy/preview", { policy: edited() });
    if (!state.again) shown(told);
  } catch (problem) {
    if (!state.again) refused(problem);
  } finally {
    effect.setAttribute("aria-busy", "false");
    state.asking = false;
    if (state.again) {
      state.again = false;
      look();
    }
  }
}

function shown(told) {
  state.last = told;
  showFaults([]);
  byId("faults").hidden = true;
  showEffect(told);
  showMoves(told);
  showWarnings(byId("warnings"), told.warnings);
  byId("figures").classList.remove("old");
  const at = told.as_of.slice(11, 16);
  byId("effect-state").textContent = say(`as of ${at}`, `截至 ${at}`);
  byId("publish").disabled = !told.changes.length || "locked" in editor.dataset;
}

function refused(problem) {
  const rest = showFaults(problem.errors || []);
  byId("effect-state").textContent = say("cannot be reckoned", "无法计算");
  byId("faults").textContent = rest.length || !problem.errors?.length ? [problem.message, ...rest].join("; ") : say("See the fields marked red.", "请查看标红的字段。");
  byId("faults").hidden = false;
}

editor.addEventListener("input", (event) => {
  if (event.target.type === "range") follow(event.target);
  changed();
});
editor.addEventListener("submit", (event) => event.preventDefault());
editor.addEventListener("click", (event) => {
  const button = event.target.closest("#add-rule, [data-up], [data-remove]");
  if (!button) return;
  const next = changeRules(button);
  changed();
  next.focus();
});
byId("look-again")?.addEventListener("click", () => look());
byId("reset").addEventListener("click", () => leaveTo());
addEventListener("beforeunload", (event) => {
  if (!state.leaving && isChanged()) event.preventDefault();
});

/** Take the page anew, with what is published. */
function leaveTo() {
  state.leaving = true;
  editor.reset();
  location.reload();
}

byId("publish").addEventListener("click", async () => {
  const dialog = byId("publish-dialog");
  await showChanges(byId("publish-changes"), state.last?.changes || []);
  const warnings = byId("publish-warnings");
  showWarnings(warnings, state.last?.warnings || []);
  warnings.hidden = !warnings.children.length;
  await decide(dialog, publishAs);
});

async function publishAs(given) {
  const release = JSON.parse(editor.dataset.document).release;
  const part = given.get("scope") === "part";
  const share = part ? Number(given.get("share")) / 100 : 1;
  const [seed] = crypto.getRandomValues(new Uint32Array(1)); // the blocks of an earlier release are not drawn again
  const wanted = part ? { share, block_hours: Number(given.get("block_hours")), seed } : { ...release, share };
  await publish({ ...edited(), release: wanted }, given.get("why"), editor.dataset.etag);
}

async function publish(document_, why, etag) {
  try {
    const { told } = await ask("PUT", `/v1/policy?why=${encodeURIComponent(why)}`, document_, { "If-Match": etag });
    toast(say(`Version ${told.version} is in force with the next refresh`, `版本 ${told.version} 将在下次刷新时生效`));
    state.leaving = true; // a poll before that would find one's own version to be another's
    setTimeout(leaveTo, 900);
  } catch (problem) {
    if (problem.status !== 412) throw problem;
    await meanwhile();
  }
}

/** Somebody else has published: the edits stay, and the choice is theirs to see. */
async function meanwhile() {
  const { told } = await ask("GET", "/v1/policy/versions?limit=1");
  const last = told.moves[0];
  const by = last ? say(` by ${last.who}: ${last.why || "no reason given"}`, `，操作人 ${last.who}：${last.why || "未说明原因"}`) : "";
  const note = byId("meanwhile");
  note.querySelector("p").textContent = say(
    `Version ${told.in_force} came into force meanwhile${by}. Your changes were made to version ${editor.dataset.version}; they are kept here, and not published.`,
    `期间版本 ${told.in_force} 已生效${by}。您的改动基于版本 ${editor.dataset.version}，仍保留在此，尚未发布。`,
  );
  note.hidden = false;
  note.scrollIntoView({ block: "nearest" });
}
byId("take-theirs").addEventListener("click", () => leaveTo());
byId("keep-mine").addEventListener("click", async () => {
  const { told, headers } = await ask("GET", "/v1/policy");
  Object.assign(editor.dataset, { document: JSON.stringify(told), etag: headers.get("ETag"), version: told.version });
  state.start = ""; // whatever the form has is a change to theirs
  byId("meanwhile").hidden = true;
  changed();
});
byId("see-theirs").addEventListener("click", async () => {
  const { told } = await ask("GET", "/v1/policy");
  const mine = { ...edited(), version: told.version };
  await showChanges(byId("theirs"), differing(told, mine, ""));
  byId("theirs").hidden = false;
});

/** What differs between two documents, as the service tells changes. */
function differing(before, after, pointer) {
  const isRecord = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differing(before[key], after[key], `${pointer}/${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ pointer, before, after }];
}

document.addEventListener("fendan:shown", () => {
  if (state.leaving) return;
  if (refreshed() !== state.refresh) newRefresh();
  if (byId("present").dataset.etag === editor.dataset.etag) return;
  if (isChanged()) return byId("meanwhile").hidden ? void meanwhile() : undefined;
  if (!document.querySelector("dialog[open]")) leaveTo();
});

/** The figures follow the desk while nobody changes the form; else it is said that they are old. */
function newRefresh() {
  if (!byId("told")) return;
  const first = byId("told").hidden;
  for (const part of ["told", "simulation"]) byId(part).hidden = false;
  byId("nothing-seen").hidden = true;
  if (first || !isChanged()) return void look();
  byId("newer").hidden = false;
}

/** Ask for a reason; then do it. What was changed and not published stays in the form. */
async function withReason(what, act) {
  const dialog = byId("rollback-dialog");
  byId("edits-stay").hidden = !isChanged();
  dialog.querySelector(".what").textContent = what;
  await decide(dialog, async (given) => {
    await act(given.get("why"));
    if (!isChanged()) setTimeout(leaveTo, 900); // else the page asks what shall become of them
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rollback], [data-release-all]");
  if (!button) return;
  const etag = byId("present").dataset.etag;
  if ("rollback" in button.dataset) {
    const version = Number(button.dataset.rollback);
    withReason(say(`Version ${version} comes back into force.`, `版本 ${version} 将重新生效。`), async (why) => {
      await ask("POST", "/v1/policy/rollback", { version, why }, { "If-Match": etag });
      toast(say(`Rolled back to version ${version}`, `已回退到版本 ${version}`));
    });
    return;
  }
  withReason(say("The policy in force holds at all times from the next refresh on.", "当前策略将自下次刷新起全时段生效。"), async (why) => {
    const { told, headers } = await ask("GET", "/v1/policy");
    const whole = { ...told, release: { ...told.release, share: 1 } };
    await ask("PUT", `/v1/policy?why=${encodeURIComponent(why)}`, whole, { "If-Match": headers.get("ETag") });
    toast(say("Released to all times", "已全量发布"));
  });
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "compare") return;
  event.preventDefault();
  history.replaceState(null, "", `?${new URLSearchParams(new FormData(event.target))}`);
  document.activeElement?.blur(); // or the region would wait for its select to be left
  poll();
});

function notSimulated({ status, code, message }) {
  if (status === 501) return say("This service has no simulated centre: start it with “fendan serve”, or use “fendan simulate”.", "该服务没有仿真中心：请用“fendan serve”启动，或使用“fendan simulate”。");
  if (code === "busy") return say("Another simulation still runs (one that was left runs to its end): ask again in a minute.", "另一个仿真仍在运行（不再等待的仿真会运行到结束）：请一分钟后再试。");
  return message;
}

byId("simulate")?.addEventListener("click", async () => {
  const begun = performance.now();
  const status = byId("simulation-state");
  const waited = () => Math.round((performance.now() - begun) / 1000);
  const tick = setInterval(() => (status.textContent = say(`playing for ${waited()} s; this takes minutes, and you may go on`, `已运行 ${waited()} 秒；需要几分钟，您可以继续操作`)), 1000);
  let left = false;
  const leave = () => ((left = true), (status.textContent = say("not awaited any more; it ends by itself within minutes, and only then another can begin", "已不再等待；它会在几分钟内自行结束，之后才能开始新的仿真")), clearInterval(tick), over());
  const over = () => ((byId("simulate").disabled = false), (byId("leave").hidden = true));
  byId("simulate").disabled = true;
  byId("leave").hidden = false;
  byId("leave").onclick = leave;
  byId("simulated").classList.add("old");
  try {
    const simulate = { days: Number(byId("days").value), seeds: Number(byId("seeds").value) };
    const { told } = await ask("POST", "/v1/policy/preview", { policy: edited(), simulate });
    if (left) return;
    showSimulated(told.simulated);
    status.textContent = say(`${told.simulated.tickets} tickets judged, in ${waited()} s`, `已评判 ${told.simulated.tickets} 张工单，用时 ${waited()} 秒`);
  } catch (problem) {
    if (!left) status.textContent = notSimulated(problem);
  } finally {
    clearInterval(tick);
    if (!left) over();
  }
});

settle();
look();
