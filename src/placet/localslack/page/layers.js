// Modals of the app and confirm dialogs: focus stays inside and returns where it came from.

import { draw } from "./blocks.js";
import { el } from "./dom.js";
import { textObject } from "./mrkdwn.js";

const layer = () => document.getElementById("layer");
const FOCUSABLE = "button:not([disabled]), input, select, textarea, a[href], summary, [tabindex='0']";
let returnTo = null;

function trap(dialog, onEscape) {
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); onEscape(); }
    if (event.key !== "Tab") return;
    const reachable = [...dialog.querySelectorAll(FOCUSABLE)].filter((node) => node.offsetParent !== null);
    if (!reachable.length) return;
    const edge = event.shiftKey ? reachable[0] : reachable.at(-1);
    if (document.activeElement === edge || !dialog.contains(document.activeElement)) {
      event.preventDefault();
      (event.shiftKey ? reachable.at(-1) : reachable[0]).focus();
    }
  });
}

/** Ask before a button with `confirm` acts; resolves to true or false. */
export function confirmed(confirm, names, source) {
  return new Promise((resolve) => {
    const done = (answer) => { scrim.remove(); source?.focus(); resolve(answer); };
    const yes = el("button", { type: "button", class: `btn ${confirm.style ?? "primary"}`, "data-testid": "confirm-yes", onclick: () => done(true) }, confirm.confirm?.text ?? "Yes");
    const dialog = el("div", { class: "dialog small", role: "alertdialog", "aria-modal": "true", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text", "data-testid": "confirm" },
      el("div", { class: "dialog-head" }, el("h2", { id: "confirm-title" }, confirm.title?.text ?? "Are you sure?")),
      el("div", { class: "dialog-body", id: "confirm-text" }, textObject(confirm.text, names)),
      el("div", { class: "dialog-foot" }, el("button", { type: "button", class: "btn", "data-testid": "confirm-no", onclick: () => done(false) }, confirm.deny?.text ?? "Cancel"), yes));
    const scrim = el("div", { class: "scrim top-most" }, dialog);
    trap(dialog, () => done(false));
    document.body.append(scrim);
    yes.focus();
  });
}

/** Draw the person's open modal, or take it away. Only a changed view is drawn anew, so typing survives. */
export function showModal(view, context, { submit, close, depth }) {
  const shown = layer().firstChild;
  const version = view ? `${view.id} ${view.hash}` : "";
  if (shown && shown.dataset.version === version) return;
  if (!view) {
    if (!shown) return;
    layer().replaceChildren();
    document.getElementById("shell").inert = false;
    if (returnTo?.isConnected) returnTo.focus();
    return;
  }
  if (!shown) returnTo = document.activeElement;
  const form = shown?.dataset.viewId === view.id ? stillThere(shown.form, view) : {};
  const dialog = modal(view, { ...context, form }, { submit: () => submit(form), close, depth });
  const scrim = el("div", { class: "scrim", "data-version": version, "data-view-id": view.id }, dialog);
  scrim.form = form;
  layer().replaceChildren(scrim);
  document.getElementById("shell").inert = true;
  trap(dialog, close);
  (dialog.querySelector(".dialog-body input, .dialog-body textarea, .dialog-body select") ?? dialog.querySelector("button")).focus();
}

/** What was typed, without the fields that an updated view no longer has. */
function stillThere(form, view) {
  const fields = view.blocks.flatMap((block) => [block.block_id, ...[block.element, block.accessory, ...(block.elements ?? [])].map((one) => one?.action_id)]);
  return Object.fromEntries(Object.entries(form).filter(([name]) => fields.includes(name)));
}

function modal(view, context, { submit, close, depth }) {
  const foot = el("div", { class: "dialog-foot" },
    el("button", { type: "button", class: "btn", "data-testid": "modal-close", onclick: close }, view.close?.text ?? (depth > 1 ? "Back" : "Cancel")),
    view.submit ? el("button", { type: "submit", class: "btn primary", "data-testid": "modal-submit" }, view.submit.text) : null);
  return el("form", {
    class: "dialog", role: "dialog", "aria-modal": "true", "aria-labelledby": "modal-title", novalidate: true,
    "data-testid": "modal", "data-callback-id": view.callback_id,
    onsubmit: (event) => { event.preventDefault(); submit(); },
  },
  el("div", { class: "dialog-head" }, el("h2", { id: "modal-title" }, view.title?.text ?? ""),
    el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: close }, "×")),
  el("div", { class: "dialog-body" }, draw(view.blocks, context)), foot);
}

/** Show each error under its field, and go to the first. */
export function showErrors(errors) {
  for (const node of layer().querySelectorAll("[data-error-for]")) {
    node.textContent = errors[node.dataset.errorFor] ?? "";
    const field = document.getElementById(`field-${node.dataset.errorFor}`);
    field?.toggleAttribute("data-invalid", Boolean(node.textContent));
    field?.setAttribute("aria-invalid", node.textContent ? "true" : "false");
  }
  const first = [...layer().querySelectorAll("[data-error-for]")].find((node) => node.textContent);
  if (first) document.getElementById(`field-${first.dataset.errorFor}`)?.focus();
}

export function showBusy(busy) {
  const button = layer().querySelector("[data-testid='modal-submit']");
  if (button) { button.disabled = busy; button.classList.toggle("busy", busy); }
}
