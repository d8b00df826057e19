// A policy comes into force: published, rolled back, or released to all, each with a reason.
import { ask, decide, say, toast } from "./console.js";
import { changeTo, isChanged, letGo, letGoSoon } from "./policy_change.js";
import { changed, lastTold } from "./policy_effect.js";
import { edited } from "./policy_form.js";
import { showChanges, showWarnings } from "./policy_told.js";

const byId = (id) => document.getElementById(id);
const editor = byId("editor");

byId("publish").addEventListener("click", async () => {
  const dialog = byId("publish-dialog");
  await showChanges(byId("publish-changes"), lastTold()?.changes || []);
  const warnings = byId("publish-warnings");
  showWarnings(warnings, lastTold()?.warnings || []);
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
    letGoSoon();
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
byId("take-theirs").addEventListener("click", () => letGo());
byId("keep-mine").addEventListener("click", async () => {
  const { told, headers } = await ask("GET", "/v1/policy");
  changeTo(told, headers.get("ETag"));
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

/** What is in force may be another meanwhile: nobody loses what they changed by it. */
export function followForce() {
  if (byId("present").dataset.etag === editor.dataset.etag) return;
  if (isChanged()) return byId("meanwhile").hidden ? void meanwhile() : undefined;
  if (!document.querySelector("dialog[open], #stop-simulation:not([hidden])")) letGo();
}

/** Ask for a reason; then do it. What was changed and not published stays in the form. */
async function withReason(what, act) {
  const dialog = byId("rollback-dialog");
  byId("edits-stay").hidden = !isChanged();
  dialog.querySelector(".what").textContent = what;
  await decide(dialog, async (given) => {
    await act(given.get("why"));
    if (!isChanged()) letGoSoon(); // else the page asks what shall become of them
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
