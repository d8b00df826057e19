// The button of `link_button.html`: a new link for the customer, on the clipboard.
import { ask, say, toast } from "./console.js";

const DAY = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-link]");
  if (!button) return;
  button.disabled = true;
  try {
    const { told } = await ask("POST", `/v1/tickets/${encodeURIComponent(button.dataset.ticket)}/links`, {});
    await hand(location.origin + told.url_path, until(told.expires_at));
  } catch (problem) {
    toast(problem.message, "wrong");
  } finally {
    button.disabled = false;
  }
});

/** Put the link on the clipboard; where the browser does not let us, show it to be copied by hand. */
async function hand(link, end) {
  try {
    await navigator.clipboard.writeText(link);
    toast(say(`Copied. The link holds until ${end}.`, `已复制，链接有效至${end}。`));
  } catch {
    shown(link, end).showModal();
  }
}

function shown(link, end) {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "link-title");
  const title = document.createElement("h2");
  title.id = "link-title";
  title.textContent = say("The customer’s link", "客户查询链接");
  const field = document.createElement("input");
  field.readOnly = true;
  field.value = link;
  field.setAttribute("aria-labelledby", "link-title");
  field.addEventListener("focus", () => field.select());
  const how = document.createElement("p");
  how.textContent = say(`Copy it from here. It holds until ${end}.`, `请在此复制，链接有效至${end}。`);
  const close = document.createElement("button");
  close.textContent = say("Close", "关闭");
  close.addEventListener("click", () => dialog.close());
  dialog.append(title, field, how, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  return dialog;
}

function until(moment) {
  return new Date(moment).toLocaleString(say("en-GB", "zh-CN"), DAY);
}
