// The effect of the form on today's queue: looked at anew whenever the form or the desk is another.
import { ask, say } from "./console.js";
import { isChanged, isLocked } from "./policy_change.js";
import { changeRules, edited, follow, settle, showFaults } from "./policy_form.js";
import { showEffect, showMoves, showWarnings } from "./policy_told.js";

const TYPING_MS = 300;
const DRAGGING_MS = 80;
const byId = (id) => document.getElementById(id);
const editor = byId("editor");
const refreshed = () => byId("present").dataset.refresh;
const state = { refresh: refreshed(), timer: 0, asking: false, again: false, last: null };

/** What the service told of the form last; null before the first time. */
export const lastTold = () => state.last;

export function changed(pause = TYPING_MS) {
  settle();
  const differs = isChanged();
  byId("unsaved").hidden = !differs;
  editor.toggleAttribute("data-busy", differs);
  byId("reset").disabled = !differs;
  byId("publish").disabled = true; // until the service has read it
  byId("figures")?.classList.add("old");
  clearTimeout(state.timer);
  state.timer = setTimeout(look, pause);
}

/** Whether the form was changed since what is being asked was sent. */
const isAnother = () => state.again || state.timer;

/** Look at the form as it is; while an answer is awaited, only the last state is asked after it. */
export async function look() {
  clearTimeout(state.timer);
  state.timer = 0;
  if (!byId("figures") || !refreshed()) return void (byId("publish").disabled = !isChanged() || isLocked());
  if (state.asking) return void (state.again = true);
  const effect = byId("effect");
  state.asking = true;
  state.refresh = refreshed();
  byId("newer").hidden = true;
  effect.setAttribute("aria-busy", "true");
  byId("effect-state").textContent = say("reckoning …", "计算中…");
  try {
    const { told } = await ask("POST", "/v1/policy/preview", { policy: edited() });
    if (!isAnother()) shown(told);
  } catch (problem) {
    if (!isAnother()) refused(problem);
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
  byId("publish").disabled = !told.changes.length || isLocked();
}

function refused(problem) {
  const rest = showFaults(problem.errors || []);
  byId("effect-state").textContent = say("cannot be reckoned", "无法计算");
  byId("faults").textContent = rest.length || !problem.errors?.length ? [problem.message, ...rest].join(say("; ", "；")) : say("See the fields marked red.", "请查看标红的字段。");
  byId("faults").hidden = false;
}

/** The figures follow the desk while nobody changes the form; else it is said that they are old. */
export function followDesk() {
  if (refreshed() === state.refresh || !byId("told")) return;
  const first = byId("told").hidden;
  for (const part of ["told", "simulation"]) byId(part).hidden = false;
  byId("nothing-seen").hidden = true;
  if (first || !isChanged()) return void look();
  byId("newer").hidden = false;
}

editor.addEventListener("input", (event) => {
  const isSlider = event.target.type === "range";
  if (isSlider) follow(event.target);
  changed(isSlider ? DRAGGING_MS : TYPING_MS);
});
editor.addEventListener("change", (event) => {
  if (event.target.type === "range" && state.timer) look(); // let go of: nothing more comes
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
