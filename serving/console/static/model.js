// The page of the models: the champion is moved after somebody has said why.
import { ask, decide, follow, toast } from "./console.js";

/** What was written, in one line: so it stands in the audit and in the registry. */
function line(text) {
  return text.replace(/\s+/g, " ").trim();
}

/** Ask in a dialog, move, and show how things stand then. */
async function move(dialog, path, bodyOf) {
  const moved = await decide(document.getElementById(dialog), (form) => ask("POST", path, bodyOf(form)));
  if (moved) {
    const { done, version } = document.getElementById("model").dataset;
    toast(`${version} ${moved.told.version} ${done}`);
  }
  await follow();
}

function promote(version) {
  const bodyOf = (form) => ({ version, why: line(form.get("why")), force: form.has("force") });
  return move("promote-dialog", "/v1/model/promote", bodyOf);
}

function rollBack() {
  return move("roll-back-dialog", "/v1/model/rollback", (form) => ({ why: line(form.get("why")) }));
}

// the buttons are replaced when the page follows what is new
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-promote], [data-roll-back]");
  if (!button) return;
  if (button.dataset.promote) promote(Number(button.dataset.promote));
  else rollBack();
});
