// The effect of a move on both queues, written into its dialog.
const OTHERS_SHOWN = 6;
const byId = (id) => document.getElementById(id);
const percent = (share) => `${Math.round(share * 100)} %`;
const fromTo = (change, written) => `${written(change.before)} → ${written(change.after)}`;
const moment = (eta) => eta.p50.slice(5, 16).replace("T", " ");

function line(cells, look = "") {
  const row = document.createElement("tr");
  cells.forEach((text, at) => {
    const cell = row.insertCell();
    cell.textContent = text;
    if (at === cells.length - 1) cell.className = `n ${look}`;
  });
  return row;
}

/** Green where fewer are expected to be late, red where more are, plain for less than a thousandth. */
function look(change) {
  const gap = change.after - change.before;
  return Math.abs(gap) < 0.0005 ? "" : gap < 0 ? "gain" : "harm";
}

export function showEffect(told) {
  byId("move-queues").replaceChildren(
    ...told.queues.map((queue) => {
      const open = `${fromTo(queue.open, String)} / ${queue.capacity}`;
      const expected = fromTo(queue.expected_timeouts, (sum) => sum.toFixed(2));
      const row = line([queue.agent_id, open, expected], look(queue.expected_timeouts));
      row.cells[1].className = "n";
      return row;
    }),
  );
  byId("move-own").textContent = fromTo(told.ticket.risk_timeout, percent);
  byId("move-own").className = look(told.ticket.risk_timeout);
  byId("move-eta").textContent = fromTo(told.ticket.eta, moment);
  const gap = (each) => Math.abs(each.risk_timeout.after - each.risk_timeout.before);
  const others = told.queues
    .flatMap((queue) => queue.tickets.map((each) => ({ ...each, agent: queue.agent_id })))
    .filter((each) => gap(each) >= 0.0005)
    .sort((one, other) => gap(other) - gap(one))
    .slice(0, OTHERS_SHOWN)
    .map((each) => {
      const risk = fromTo(each.risk_timeout, (share) => `${(share * 100).toFixed(1)} %`);
      return line([each.ticket_id, each.agent, risk], look(each.risk_timeout));
    });
  byId("move-others").tBodies[0].replaceChildren(...others);
  byId("move-others").hidden = others.length === 0;
  byId("move-effect").hidden = false;
}
