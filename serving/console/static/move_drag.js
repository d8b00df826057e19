// A ticket is dragged onto somebody: any [draggable][data-ticket] can be, any [data-agent] takes it.
const byId = (id) => document.getElementById(id);
let dragged = null;

const target = (event) => dragged && event.target.closest?.("[data-agent]");

/** Everybody within reach of the mouse, wherever the dragged row stands on the page. */
function offerPeople() {
  const chips = [...byId("move-people").options].map((person) => {
    const chip = document.createElement("li");
    chip.dataset.agent = person.value;
    chip.textContent = person.text;
    return chip;
  });
  byId("move-tray").replaceChildren(...chips);
}

function letGo() {
  dragged = null;
  document.body.classList.remove("moving");
  byId("move-tray").replaceChildren();
  for (const each of document.querySelectorAll(".dragging, .drop-here")) each.classList.remove("dragging", "drop-here");
}

/** Where a ticket is dropped, `begin` is called with it and the agent. */
export function dragAndDrop(begin) {
  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[draggable=true][data-ticket]");
    if (!card) return;
    dragged = card.dataset.ticket;
    event.dataTransfer.setData("text/plain", dragged);
    event.dataTransfer.effectAllowed = "move";
    card.classList.add("dragging");
    // a page that changes while a drag begins ends it
    setTimeout(() => {
      if (dragged === null) return;
      document.body.classList.add("moving");
      offerPeople();
    });
  });
  document.addEventListener("dragover", (event) => {
    const over = target(event);
    for (const each of document.querySelectorAll(".drop-here")) if (each !== over) each.classList.remove("drop-here");
    if (!over) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    over.classList.add("drop-here");
  });
  document.addEventListener("drop", (event) => {
    const over = target(event);
    if (!over) return;
    event.preventDefault();
    const ticket = dragged;
    letGo();
    begin(ticket, over.dataset.agent);
  });
  document.addEventListener("dragend", letGo);
}
