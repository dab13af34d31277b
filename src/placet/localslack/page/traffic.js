// The drawer that lists what the app asked of the Web API.

import { clockTime, el, get } from "./dom.js";

const $ = (id) => document.getElementById(id);
let last = 0;
let loading = false;

export function toggleTraffic(state) {
  const panel = $("traffic");
  panel.hidden = !panel.hidden;
  $("traffic-toggle").setAttribute("aria-expanded", String(!panel.hidden));
  document.getElementById("shell").classList.toggle("with-traffic", !panel.hidden);
  if (!panel.hidden) followTraffic(state);
}

/** Keep the counter, and the list while it is open, up to date. */
export async function followTraffic(state) {
  const count = $("calls");
  count.textContent = state.failures ? `${state.calls}, ${state.failures} refused` : state.calls;
  count.classList.toggle("bad", state.failures > 0);
  if ($("traffic").hidden || loading) return;
  loading = true;
  try { await draw(); } finally { loading = false; }
}

async function draw() {
  const panel = $("traffic");
  if (!panel.firstChild) {
    panel.append(el("div", { class: "pane-head" }, el("h2", {}, "Web API calls"),
      el("button", { type: "button", class: "icon", "aria-label": "Close", onclick: () => toggleTraffic({ failures: 0, calls: 0 }) }, "×")),
    el("div", { class: "failures" }), el("ol", { class: "calls" }));
  }
  const { failures } = await get("failures");
  panel.querySelector(".failures").replaceChildren(...failures.map((text) => el("div", { class: "b-alert error" }, text)));
  const { traffic } = await get("traffic", { after: last });
  for (const call of traffic) {
    last = Math.max(last, call.seq);
    panel.querySelector(".calls").prepend(el("li", {}, el("details", {},
      el("summary", {}, el("code", {}, call.method), el("span", { class: `tag ${call.ok ? "ok" : "bad"}` }, call.ok ? "ok" : call.error), el("time", {}, clockTime(call.at))),
      el("pre", {}, JSON.stringify(call.args, null, 2)))));
  }
}
