// Both policies in the simulated centre: minutes of work, which end when nobody waits for them.
import { ask, say } from "./console.js";
import { edited } from "./policy_form.js";
import { showSimulated } from "./policy_told.js";

const byId = (id) => document.getElementById(id);

function tell(text) {
  byId("simulation-state").textContent = text;
}

function notSimulated({ name, status, code, message }) {
  if (name === "AbortError") return say("stopped", "已停止");
  if (status === 501) return say("This service has no simulated centre: start it with “fendan serve”, or use “fendan simulate”.", "该服务没有仿真中心：请用“fendan serve”启动，或使用“fendan simulate”。");
  if (code === "busy") return say("Somebody else's simulation still runs; it ends when it is done, or when they stop it or leave the page. Ask again in a minute.", "另一个人的仿真仍在运行：完成后、被停止或其页面关闭后即结束。请一分钟后再试。");
  return message;
}

/** Play until it is told, or stopped: a request that is given up ends the work on the service. */
async function simulate() {
  const begun = performance.now();
  const waited = () => Math.round((performance.now() - begun) / 1000);
  const tick = setInterval(() => tell(say(`playing for ${waited()} s; this takes minutes, and you may go on with this page open`, `已运行 ${waited()} 秒；需要几分钟，您可以在保持此页打开的情况下继续操作`)), 1000);
  const giveUp = new AbortController();
  const wanted = { days: Number(byId("days").value), seeds: Number(byId("seeds").value) };
  byId("stop-simulation").onclick = () => giveUp.abort();
  playing(true);
  try {
    const { told } = await ask("POST", "/v1/policy/preview", { policy: edited(), simulate: wanted }, {}, giveUp.signal);
    showSimulated(told.simulated);
    tell(say(`${told.simulated.tickets} tickets judged, in ${waited()} s`, `已评判 ${told.simulated.tickets} 张工单，用时 ${waited()} 秒`));
  } catch (problem) {
    tell(notSimulated(problem));
  } finally {
    clearInterval(tick);
    playing(false);
  }
}

function playing(on) {
  const [start, stop] = [byId("simulate"), byId("stop-simulation")];
  const next = document.activeElement === (on ? start : stop) ? (on ? stop : start) : null;
  start.disabled = on;
  stop.hidden = !on;
  if (on) byId("simulated").classList.add("old");
  next?.focus(); // or the keyboard would lose its place
}

byId("simulate")?.addEventListener("click", () => simulate());
