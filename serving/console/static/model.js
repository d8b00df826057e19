// The page of the models: the champion is moved after somebody has said why.
import { ask, decide, follow, toast } from "./console.js";

/** What was written, in one line: so it stands in the audit and in the registry. */
function line(text) {
  return text.replace(/\s+/g, " ").trim();
}

async function move(path, body) {
  const { done, version } = document.getElementById("model").dataset;
  try {
    const { told } = await ask("POST", path, body);
    toast(`${version} ${told.version} ${done}`);
  } catch (problem) {
    toast(problem.message, "wrong");
  }
  await follow();
}

async function promote(version) {
  const form = await decide(document.getElementById("promote-dialog"));
  if (!form) return;
  const body = { version, why: line(form.get("why")), force: form.has("force") };
  await move("/v1/model/promote", body);
}

async function rollBack() {
  const form = await decide(document.getElementById("roll-back-dialog"));
  if (form) await move("/v1/model/rollback", { why: line(form.get("why")) });
}

// the buttons are replaced when the page follows what is new
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-promote], [data-roll-back]");
  if (!button) return;
  if (button.dataset.promote) promote(Number(button.dataset.promote));
  else rollBack();
});
