// The page of the weights: each change of the form is looked at on today's queue, and published.
import { follow as poll } from "./console.js";
import { isLeaving } from "./policy_change.js";
import { followDesk, look } from "./policy_effect.js";
import { settle } from "./policy_form.js";
import { followForce } from "./policy_publish.js";
import "./policy_simulation.js";

const SOON_MS = 800;

/** What the service is about to know is asked for sooner than the next usual time. */
function askSoon() {
  if (document.querySelector("[data-soon]")) setTimeout(poll, SOON_MS);
}

document.addEventListener("fendan:shown", () => {
  if (isLeaving()) return;
  askSoon();
  followDesk();
  followForce();
});

document.addEventListener("submit", (event) => {
  if (event.target.id !== "compare") return;
  event.preventDefault();
  history.replaceState(null, "", `?${new URLSearchParams(new FormData(event.target))}`);
  document.activeElement?.blur(); // or the region would wait for its select to be left
  poll();
});

settle();
look();
askSoon();
