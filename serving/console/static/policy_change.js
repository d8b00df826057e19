// What somebody has changed in the form and not published: it is theirs until they publish or let go.
import { edited } from "./policy_form.js";

const byId = (id) => document.getElementById(id);
const editor = byId("editor");
const LET_READ_MS = 900;
let start = JSON.stringify(edited());
let leaving = false;

export const isLeaving = () => leaving;
export const isChanged = () => JSON.stringify(edited()) !== start;
export const isLocked = () => "locked" in editor.dataset;

/** From now on whatever the form has is a change to this document. */
export function changeTo(told, etag) {
  Object.assign(editor.dataset, { document: JSON.stringify(told), etag, version: told.version });
  start = "";
}

/** Take the page anew, with what is published. */
export function letGo() {
  leaving = true;
  editor.reset();
  location.reload();
}

/** The same in a moment; until then what is in force is one's own doing, not another's. */
export function letGoSoon() {
  leaving = true;
  setTimeout(letGo, LET_READ_MS);
}

byId("reset").addEventListener("click", () => letGo());
addEventListener("beforeunload", (event) => {
  if (!leaving && isChanged()) event.preventDefault();
});
