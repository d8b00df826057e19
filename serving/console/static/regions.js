// A region of a page is put into another state: what is open, rolled or in hand in it stays so.

/** Whether a region must stay as it is: somebody types, drags or decides in it. */
export function isBusy(region) {
  if (region.querySelector("dialog[open], [data-busy]")) return true;
  const active = document.activeElement;
  return region.contains(active) && active.matches("input, textarea, select");
}

/** How an element is found again in another state of its region; empty where nothing tells. */
function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const kind = ["ticket", "agent", "choice"].find((each) => element.dataset[each]);
  return kind ? `${element.localName}[data-${kind}="${CSS.escape(element.dataset[kind])}"]` : "";
}

/** Where the keyboard is in a region: in what, and which of its like there; null where it is not. */
function focusIn(region) {
  const active = document.activeElement;
  if (!region.contains(active)) return null;
  let owner = active;
  while (owner !== region && !nameOf(owner)) owner = owner.parentElement;
  const at = [...owner.querySelectorAll(active.localName)].indexOf(active);
  return { owner: nameOf(owner), like: active.localName, at, href: active.getAttribute("href") };
}

/** The keyboard goes on where it was; where that is gone, from the beginning of the region. */
function refocus(kept, region) {
  const owner = region.matches(kept.owner) ? region : region.querySelector(kept.owner);
  const those = owner ? [...owner.querySelectorAll(kept.like)] : [];
  const same = kept.href && those.find((each) => each.getAttribute("href") === kept.href);
  const there = (kept.at < 0 ? owner : same || (kept.href ? null : those[kept.at])) || region;
  if (there === region) region.tabIndex = -1;
  there.focus({ preventScroll: true });
}

/** Put another state of a region in its place. */
export function swap(region, fresh) {
  const open = [...region.querySelectorAll("details[open][id]")].map((each) => each.id);
  const focused = focusIn(region);
  const rolled = [...region.querySelectorAll("[data-rolls][id]")].map((e) => [e.id, e.scrollTop, e.scrollLeft]);
  region.replaceWith(fresh);
  for (const id of open) document.getElementById(id)?.setAttribute("open", "");
  for (const [id, top, left] of rolled) document.getElementById(id)?.scrollTo(left, top);
  if (focused) refocus(focused, fresh);
}
