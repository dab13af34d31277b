// Making elements and talking to the control API. Text only ever enters the page as text nodes.

/** An element with attributes (`on…` are listeners, `class`, `data-…`, booleans) and children; empty ones are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== ""));
  return node;
}

const ICONS = {
  lock: "M5 7V5a3 3 0 0 1 6 0v2m-7.5 0h9v7h-9z",
  eye: "M1 8s2.6-4.5 7-4.5S15 8 15 8s-2.6 4.5-7 4.5S1 8 1 8zm7-2a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  reply: "M2.5 3h11v8H7l-3 2.6V11H2.5z",
  send: "M2 2.5 14.5 8 2 13.5 4.5 8z M4.5 8h5",
};

/** A small line drawing; it needs no emoji font and takes the colour of the text. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", class: "svg", "aria-hidden": "true" })) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const SAFE = ["http:", "https:", "mailto:"];

/** A link that opens elsewhere, or plain text when its scheme is not http, https or mailto. */
export function link(url, ...label) {
  let parsed = null;
  try { parsed = new URL(url); } catch { /* no address at all: shown as text */ }
  const shown = label.length ? label : [url];
  if (!parsed || !SAFE.includes(parsed.protocol)) return el("span", {}, shown);
  return el("a", { href: parsed.href, target: "_blank", rel: "noopener noreferrer" }, shown);
}

export async function get(path, query = {}) {
  const answer = await fetch(`/control/${path}?${new URLSearchParams(query)}`);
  return answer.json();
}

/** POST to the control API; answers `{error, reason}` when it was refused. */
export async function post(path, body) {
  const answer = await fetch(`/control/${path}`, { method: "POST", body: JSON.stringify(body) });
  return answer.json();
}

const TONES = 8;

/** A square with the person's initials, always in the same colour. */
export function avatar(user, small = false) {
  const words = (user.real_name || user.name || "?").split(/\s+/);
  const initials = (words.length > 1 ? words[0][0] + words.at(-1)[0] : words[0].slice(0, 2)).toUpperCase();
  const sum = [...user.id].reduce((total, letter) => total + letter.charCodeAt(0), 0);
  const look = user.is_bot ? "bot" : `tone-${sum % TONES}`;
  return el("span", { class: `avatar ${look}${small ? " small" : ""}`, "aria-hidden": "true" }, initials);
}

export function clockTime(ts) {
  return new Date(parseFloat(ts) * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

export function dayOf(ts) {
  const day = new Date(parseFloat(ts) * 1000);
  if (day.toDateString() === new Date().toDateString()) return "Today";
  return day.toLocaleDateString([], { weekday: "long", day: "numeric", month: "long" });
}

export function toast(text) {
  const box = document.getElementById("toasts");
  const shown = el("div", { class: "toast", role: "alert", "data-testid": "toast" }, el("span", {}, text),
    el("button", { type: "button", class: "toast-close", "aria-label": "Dismiss", onclick: () => shown.remove() }, "×"));
  box.append(shown);
  setTimeout(() => shown.remove(), 8000);
}

/** What Slack would tell the person about an outcome of the control API, or an empty string. */
export function complaint(outcome, app) {
  if (outcome.reason) return outcome.reason;
  if (outcome.error === "operation_timeout") return `${app} did not answer within 3 seconds. Please try again.`;
  if (outcome.error === "dispatch_failed") return `${app} is not connected, so nothing was sent. Is it running?`;
  if (outcome.error && !["errors", "form_invalid"].includes(outcome.error)) return `${app} answered wrongly: ${outcome.error}`;
  return "";
}
