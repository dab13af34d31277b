// The parts around the messages: people, rail, head, threads, hints. Each part is redrawn only when it changed.

import { composer, go, inMessage } from "./app.js";
import { draw } from "./blocks.js";
import { avatar, clockTime, dayOf, el, icon } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";

const $ = (id) => document.getElementById(id);

/** Replace a box's content when `version` differs from what is shown; true when it did. */
function replace(box, version, make) {
  const text = JSON.stringify(version);
  if (box.dataset.version === text) return false;
  box.dataset.version = text;
  const focused = box.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  box.replaceChildren(...make());
  if (focused) box.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  return true;
}

const badge = (count) => (count ? el("span", { class: "badge", "aria-label": `${count} unread` }, count) : null);

export function drawPeople(state) {
  replace($("people"), [state.me, state.people, state.unread_by_person], () => state.people.map((id) => {
    const user = state.users[id];
    return el("button", {
      type: "button", "aria-pressed": id === state.me ? "true" : "false", class: "person",
      "data-user-id": id, "data-key": id, title: `${user.real_name}${user.title ? `, ${user.title}` : ""}`,
      onclick: () => go.person(id),
    }, avatar(user, true), el("span", { class: "person-text" }, el("span", { class: "person-name" }, user.real_name), user.title ? el("small", {}, user.title) : null),
    id === state.me ? null : badge(state.unread_by_person[id]));
  }));
}

export function drawRail(state) {
  replace($("rail"), [state.me, state.channel, state.conversations], () => {
    const of = (kind) => state.conversations.filter((one) => one.kind === kind);
    const group = (title, list) => (list.length ? [el("h2", {}, title), el("ul", {}, list.map((one) => el("li", {}, railItem(state, one))))] : []);
    return [...group("Apps", of("app")), ...group("Channels", of("channel")), ...group("Direct messages", of("im"))];
  });
}

function railItem(state, one) {
  const user = state.users[one.user];
  const sign = one.kind === "channel" ? el("span", { class: "rail-sign", "aria-hidden": "true" }, one.is_private ? icon("lock") : "#") : avatar(user, true);
  return el("button", {
    type: "button", class: `rail-item${one.unread ? " unread" : ""}`, "aria-current": one.id === state.channel ? "page" : null,
    "data-channel-id": one.id, "aria-label": `${one.name ?? user.real_name}${one.unread ? `, ${one.unread} unread` : ""}`, title: one.name ?? user.real_name, "data-key": one.id, onclick: () => go.channel(one),
  }, sign, el("span", { class: "rail-name" }, one.name ?? user.real_name),
  one.is_ext_shared ? el("span", { class: "tag", title: "Shared with another company" }, "shared") : null, badge(one.unread));
}

export function drawHead(state, open, tab) {
  const user = state.users[open?.user];
  replace($("pane-head"), [state.me, state.channel, tab, state.home_version > 0], () => {
    const title = open?.kind === "channel" ? [open.is_private ? icon("lock") : "#", ` ${open.name}`] : user?.real_name;
    const tabs = open?.kind !== "app" ? null : el("div", { class: "tabs", role: "tablist" }, [["messages", "Messages"], ["home", "Home"]].map(([name, label]) =>
      el("button", { type: "button", role: "tab", class: "tab", "aria-selected": tab === name ? "true" : "false", "data-key": name, "data-testid": `tab-${name}`, onclick: () => go.tab(name) }, label)));
    return [el("h1", {}, title, user?.is_bot ? el("span", { class: "tag app" }, "APP") : null), tabs].filter(Boolean);
  });
}

function body(message) {
  const context = inMessage(message);
  if (message.bot_id && message.blocks?.length) return draw(message.blocks, context);
  return [el("div", { class: "b-text" }, mrkdwn(message.text ?? "", context.names))];
}

function messageNode(state, message, inThread) {
  const user = state.users[message.user] ?? { id: message.user, real_name: message.user };
  const session = state.sessions.find((one) => one.thread_ts === message.ts);
  const replies = !inThread && message.reply_count ? el("button", {
    type: "button", class: "replies", "data-testid": "open-thread", onclick: () => go.thread(message.ts),
  }, `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`, el("span", {}, `last at ${clockTime(message.latest_reply)}`)) : null;
  return el("article", { class: `message${message.is_ephemeral ? " ephemeral" : ""}`, "data-message-ts": message.ts, "data-user-id": message.user },
    avatar(user),
    el("div", { class: "message-main" },
      message.is_ephemeral ? el("div", { class: "only-you" }, icon("eye"), " Only visible to you") : null,
      el("div", { class: "message-head" }, el("strong", {}, user.real_name), user.is_bot ? el("span", { class: "tag app" }, "APP") : null,
        el("time", { datetime: new Date(parseFloat(message.ts) * 1000).toISOString() }, clockTime(message.ts))),
      el("div", { class: "message-body" }, body(message), message.edited ? el("span", { class: "muted edited" }, "(edited)") : null),
      replies, inThread ? null : working(state, session),
      inThread || message.is_ephemeral ? null : el("button", { type: "button", class: "reply", "aria-label": "Reply in thread", onclick: () => go.thread(message.thread_ts ?? message.ts) }, icon("reply"), " Reply")));
}

function working(state, session) {
  if (!session || !(session.status || session.state === "processing")) return null;
  return el("div", { class: "working", role: "status" }, el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    `${state.app.real_name} ${session.status || "is working…"}`,
    session.state === "processing" ? el("button", { type: "button", class: "btn stop", "data-testid": "stop", onclick: () => go.stop(session.thread_ts) }, "Stop") : null);
}

/** Bring a list of messages up to date, touching only those that changed, so that nothing jumps. */
function drawList(box, state, messages, inThread, jump) {
  const wasAtEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const shown = new Map([...box.children].map((node) => [node.dataset.key, node]));
  let day = "";
  const wanted = [];
  for (const message of messages) {
    if (!inThread && dayOf(message.ts) !== day) {
      day = dayOf(message.ts);
      wanted.push(shown.get(day) ?? el("div", { class: "day", "data-key": day }, el("span", {}, day)));
    }
    const version = JSON.stringify([message, state.sessions.find((one) => one.thread_ts === message.ts) ?? null]);
    let node = shown.get(message.ts);
    if (!node || node.dataset.version !== version) {
      node = messageNode(state, message, inThread);
      Object.assign(node.dataset, { key: message.ts, version });
    }
    wanted.push(node);
  }
  const same = wanted.length === box.children.length && wanted.every((node, index) => node === box.children[index]);
  if (!same) box.replaceChildren(...wanted);
  if (jump || wasAtEnd) box.scrollTop = box.scrollHeight;
}

export function drawMessages(state, jump) {
  const box = $("messages");
  if (box.dataset.place !== `${state.me} ${state.channel}`) box.replaceChildren();
  box.dataset.place = `${state.me} ${state.channel}`;
  drawList(box, state, state.messages, false, jump);
  if (!state.messages.length) {
    box.replaceChildren(el("div", { class: "empty" }, el("strong", {}, "Nothing here yet"), el("p", {}, "Write a message below to begin.")));
  }
}

export function drawThread(state, threadTs) {
  const panel = $("thread");
  const shown = Boolean(threadTs && state.thread?.messages.length);
  panel.hidden = !shown;
  document.getElementById("shell").classList.toggle("with-thread", shown);
  if (!shown) { delete panel.dataset.place; return; }
  const place = `${state.me} ${state.channel} ${threadTs}`;
  const session = state.sessions.find((one) => one.thread_ts === threadTs);
  if (panel.dataset.place !== place) {
    panel.dataset.place = place;
    panel.replaceChildren(
      el("div", { class: "pane-head" }, el("h2", {}, "Thread", el("span", { class: "muted thread-title" })), el("button", { type: "button", class: "icon", "aria-label": "Close thread", "data-testid": "close-thread", onclick: () => go.thread("") }, "×")),
      el("div", { class: "thread-messages", "aria-live": "polite", tabindex: "0" }), el("div", { class: "thread-working" }), el("div", { class: "composer" }, composer(threadTs)));
  }
  panel.querySelector(".thread-title").textContent = session?.title ?? "";
  panel.querySelector(".thread-working").replaceChildren(...[working(state, session)].filter(Boolean));
  drawList(panel.querySelector(".thread-messages"), state, state.thread.messages, true, false);
}

export function drawHints(state, open) {
  const box = $("hints");
  const prompts = open?.kind === "app" ? state.sessions.flatMap((one) => one.prompts.map((prompt) => ({ ...prompt, thread_ts: one.thread_ts }))) : [];
  const hints = open?.kind === "app" || open?.kind === "channel" ? state.hints : [];
  box.hidden = !hints.length && !prompts.length;
  replace(box, [state.me, state.channel, hints, prompts], () => [
    el("span", { class: "hints-title" }, hints.length ? `Things to try as ${state.users[state.me].real_name.split(" ")[0]}` : "Suggestions"),
    ...hints.map((text) => el("button", { type: "button", class: "chip", "data-testid": "hint", "data-key": text, onclick: () => go.fill(text) }, text)),
    ...prompts.map((prompt) => el("button", { type: "button", class: "chip prompt", "data-testid": "prompt", onclick: () => go.say(prompt.message, prompt.thread_ts) }, prompt.title)),
  ]);
}
