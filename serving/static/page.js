// Ticks the countdowns and swaps in the next refresh when there is one. No other host is asked.
"use strict";

const POLL_MS = 5000;
const SOON_S = 2 * 3600;
let loadedAt = performance.now();

function written(seconds) {
  const whole = Math.floor(Math.abs(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const sign = seconds < 0 ? "\u2212" : "";
  return `${sign}${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

function tick() {
  const main = document.getElementById("refresh");
  const now = Number(main.dataset.now) + (performance.now() - loadedAt) / 1000;
  for (const clock of main.querySelectorAll(".countdown")) {
    const left = Number(clock.dataset.due) - now;
    clock.textContent = written(left);
    clock.classList.toggle("past", left < 0);
    clock.classList.toggle("soon", left >= 0 && left < SOON_S);
  }
}

async function follow() {
  if (document.hidden) return;
  const main = document.getElementById("refresh");
  const answer = await fetch(location.href, {
    headers: { "If-None-Match": `"${main.dataset.refresh}"` },
    cache: "no-store",
  });
  if (answer.status !== 200) return;
  const next = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = next.getElementById("refresh");
  if (fresh && fresh.dataset.refresh !== main.dataset.refresh) {
    main.replaceWith(document.adoptNode(fresh));
    loadedAt = performance.now();
    tick();
  }
}

tick();
setInterval(tick, 1000);
// A service that restarts is simply asked again next time.
setInterval(() => follow().catch(() => undefined), POLL_MS);
