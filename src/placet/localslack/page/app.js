// The page: what one acting person sees and does. State comes whole from the server after every change.

import { draw } from "./blocks.js";
import { complaint, el, get, icon, post, toast } from "./dom.js";
import { confirmed, showBusy, showErrors, showModal } from "./layers.js";
import { drawHead, drawHints, drawMessages, drawPeople, drawRail, drawThread } from "./panes.js";
import { followTraffic, toggleTraffic } from "./traffic.js";

const $ = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const at = { as: query.get("as") ?? "", channel: query.get("channel") ?? "", thread: query.get("thread") ?? "", tab: "messages" };
const drafts = {};
let state = null;
let busy = false;
let again = false;
let awaited = "";

const context = (extra) => ({
  names: {
    users: state.users,
    channels: Object.fromEntries(state.conversations.filter((one) => one.name).map((one) => [one.id, one.name])),
  },
  form: {},
  ...extra,
});

async function act(action, place) {
  const { one, block, value, source } = action;
  if (one.confirm && !(await confirmed(one.confirm, context().names, source))) return;
  source?.classList.add("busy");
  const outcome = await post("click", { as: state.me, action_id: one.action_id, block_id: block.block_id, value, ...place });
  source?.classList.remove("busy");
  const wrong = complaint(outcome, state.app.real_name);
  if (wrong) toast(wrong);
}

export const inMessage = (message) => context({ act: (action) => act(action, { channel: state.channel, ts: message.ts }) });

function inView(view, form) {
  return context({ form, act: (action) => act(action, { view_id: view.id, values: form }) });
}

async function send(text, threadTs) {
  const command = /^(\/\S+)\s*([\s\S]*)$/.exec(text);
  const outcome = command
    ? await post("command", { as: state.me, channel: state.channel, name: command[1], text: command[2] })
    : await post("say", { as: state.me, channel: state.channel, text, thread_ts: threadTs || undefined });
  const wrong = complaint(outcome, state.app.real_name);
  if (wrong) toast(wrong);
  if (!command && outcome.ts && !threadTs) { awaited = outcome.ts; stickToEnd($("messages")); }
}

/** The answer to what was just said opens by itself, unless the person has gone elsewhere. */
function openAwaited() {
  const answered = state.messages.find((message) => message.ts === awaited && message.reply_count);
  if (!answered || at.thread) return;
  awaited = "";
  at.thread = answered.ts;
  again = true;
}

function stickToEnd(box) { box.scrollTop = box.scrollHeight; }

/** The field where people write. Drafts are kept by person, conversation and thread. */
export function composer(threadTs) {
  const key = () => `${state.me} ${state.channel} ${threadTs}`;
  const submit = () => {
    const text = field.value.trim();
    if (!text) return;
    field.value = ""; delete drafts[key()]; grow();
    send(text, threadTs);
  };
  const grow = () => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight, 180)}px`; };
  const field = el("textarea", {
    id: threadTs ? "thread-composer" : "composer", rows: 1, "data-testid": threadTs ? "thread-composer" : "composer",
    "aria-label": threadTs ? "Reply in thread" : "Message",
    placeholder: threadTs ? "Reply…" : placeholder(),
    oninput: () => { drafts[key()] = field.value; grow(); },
    onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); } },
  });
  field.value = drafts[key()] ?? "";
  const button = el("button", { type: "button", class: "send", "aria-label": "Send", onclick: submit }, icon("send"));
  return el("div", { class: "composer-box" }, field, button);
}

function placeholder() {
  const open = state.conversations.find((one) => one.id === state.channel);
  if (open?.kind === "app") return `Message ${state.app.real_name}`;
  return open?.kind === "channel" ? `Message #${open.name}. Write @${state.app.name} to ask the agent` : `Message ${state.users[open?.user]?.real_name ?? ""}`;
}

export const go = {
  async person(id) { Object.assign(at, { as: id, channel: "", thread: "", tab: "messages" }); await refresh(); },
  async channel(one) {
    Object.assign(at, { channel: one.id, thread: "", tab: "messages" });
    await refresh();
    if (one.kind === "app") post("open-home", { as: state.me, tab: "messages" });
    $("composer")?.focus();
  },
  async thread(ts) { at.thread = ts; awaited = ""; await refresh(); $(ts ? "thread-composer" : "composer")?.focus(); },
  async tab(name) {
    at.tab = name;
    await refresh();
    if (name === "home") post("open-home", { as: state.me, tab: "home" });
  },
  fill(text) { const field = $("composer"); field.value = text; field.dispatchEvent(new Event("input")); field.focus(); },
  say(text, threadTs) { send(text, threadTs); },
  stop(threadTs) { post("stop", { as: state.me, channel: state.channel, thread_ts: threadTs }); },
};

async function submitModal(form) {
  showBusy(true);
  const outcome = await post("submit", { as: state.me, values: form });
  showBusy(false);
  showErrors(outcome.errors ?? {});
  const wrong = complaint(outcome, state.app.real_name);
  if (wrong) toast(wrong);
}

function drawModal() {
  const view = state.modal;
  const version = view && { ...inView(view, {}), act: null };
  const filled = () => document.getElementById("layer").firstChild?.form ?? {};
  if (version) version.act = (action) => act(action, { view_id: view.id, values: filled() });
  showModal(view, version, {
    submit: submitModal, depth: state.modal_depth,
    close: () => post("close", { as: state.me }),
  });
}

function drawHome(open) {
  const home = $("home");
  const showsHome = at.tab === "home" && open?.kind === "app";
  home.hidden = !showsHome;
  for (const id of ["messages", "composer-form"]) $(id).hidden = showsHome;
  if (showsHome) $("hints").hidden = true;
  const version = `${state.me} ${state.home?.hash}`;
  if (!showsHome || home.dataset.version === version) return;
  home.dataset.version = version;
  const empty = el("p", { class: "empty" }, `${state.app.real_name} has not published a Home tab for you yet.`);
  home.replaceChildren(el("div", { class: "home-inner" }, state.home ? draw(state.home.blocks, inView(state.home, {})) : empty));
}

function drawComposer() {
  const form = $("composer-form");
  const version = `${state.me} ${state.channel}`;
  if (form.dataset.version === version) return;
  form.dataset.version = version;
  form.replaceChildren(composer(""));
}

function drawAll(before) {
  const open = state.conversations.find((one) => one.id === state.channel);
  const unread = Object.values(state.unread_by_person).reduce((sum, one) => sum + one, 0);
  document.title = `${unread ? `(${unread}) ` : ""}${open?.name ?? state.users[open?.user]?.real_name ?? ""} · ${state.team}`;
  $("team").textContent = state.team;
  $("connection").className = `connection ${state.connected ? "on" : "off"}`;
  $("connection").textContent = state.connected ? `${state.app.real_name} is connected` : `${state.app.real_name} is not connected`;
  drawPeople(state);
  drawRail(state);
  drawHead(state, open, at.tab);
  drawMessages(state, before?.me !== state.me || before?.channel !== state.channel);
  drawThread(state, at.thread);
  drawHints(state, open);
  drawHome(open);
  drawComposer();
  drawModal();
  followTraffic(state);
}

/** Fetch and draw. Runs one at a time; a change meanwhile makes it run once more. */
async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    do {
      again = false;
      const seen = await get("state", { as: at.as, channel: at.channel, thread: at.thread });
      if (seen.error) { Object.assign(at, { as: "", channel: "", thread: "" }); again = true; continue; }
      const before = state;
      state = seen;
      Object.assign(at, { as: seen.me, channel: seen.channel });
      drawAll(before);
      openAwaited();
      remember();
    } while (again);
  } catch {
    $("connection").className = "connection off";
    $("connection").textContent = "The local Slack has stopped";
  } finally { busy = false; }
}

function remember() {
  const link = new URLSearchParams({ as: at.as, channel: at.channel });
  if (at.thread) link.set("thread", at.thread);
  history.replaceState(null, "", `/?${link}`);
  const open = state.conversations.find((one) => one.id === state.channel);
  if (open?.unread && document.visibilityState === "visible") post("read", { as: state.me, channel: state.channel });
}

$("composer-form").addEventListener("submit", (event) => event.preventDefault());
$("traffic-toggle").addEventListener("click", () => toggleTraffic(state));
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") refresh(); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && at.thread && !state.modal) go.thread("");
});
document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.overflow[open]")) if (!open.contains(event.target)) open.open = false;
});
const stream = new EventSource("/control/stream");
stream.onmessage = refresh;
stream.onerror = refresh;
refresh();
