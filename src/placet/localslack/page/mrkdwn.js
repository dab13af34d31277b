// Slack's mrkdwn, and the small Markdown of markdown blocks, as DOM nodes.

import { el, link } from "./dom.js";

const EMOJI = {
  white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", no_entry: "⛔", no_entry_sign: "🚫", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", pencil2: "✏️", warning: "⚠️", tada: "🎉", eyes: "👀", lock: "🔒", unlock: "🔓", wave: "👋",
  rotating_light: "🚨", octagonal_sign: "🛑", information_source: "ℹ️", question: "❓", bulb: "💡", memo: "📝",
  chart_with_upwards_trend: "📈", moneybag: "💰", leftwards_arrow_with_hook: "↩️", arrow_right: "➡️", thumbsup: "👍",
  "+1": "👍", "-1": "👎", robot_face: "🤖", bell: "🔔", clock1: "🕐", mag: "🔍", link: "🔗", package: "📦",
};

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
const withEmoji = (text) => plain(unescape(text));

const SIGNS = {
  "✅": ["✓", "ok", "done"], "✔️": ["✓", "ok", "done"], "❌": ["✕", "bad", "no"], "⛔": ["–", "bad", "stop"], "🛑": ["■", "bad", "stop"],
  "🚫": ["✕", "bad", "forbidden"], "⚠️": ["!", "warn", "warning"], "⌛": ["◔", "calm", "time over"], "⏳": ["◔", "calm", "waiting"],
  "✏️": ["✎", "calm", "edited"], "ℹ️": ["i", "calm", "note"], "↩️": ["↩", "calm", "undone"],
};
const SIGN = new RegExp(`(${Object.keys(SIGNS).join("|")})`);

/** Text with the emoji of outcomes drawn as badges, so that they show on machines without an emoji font. */
function signs(text) {
  return text.split(SIGN).filter(Boolean).map((part) => {
    const [glyph, tone, label] = SIGNS[part] ?? [];
    return glyph ? el("span", { class: `sign ${tone}`, role: "img", "aria-label": label }, glyph) : part;
  });
}
export const emoji = (name) => el("span", {}, signs(EMOJI[name] ?? `:${name}:`));

/** Nodes of a text object. */
export function textObject(text, names) {
  if (!text) return [];
  return text.type === "mrkdwn" ? mrkdwn(text.text ?? "", names) : lines(text.text ?? "");
}

const plain = (text) => signs(text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] ?? whole));

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [el("br"), ...plain(line)] : plain(line)));
}

/** Nodes of mrkdwn text. `names` gives users and channels by id. */
export function mrkdwn(text, names) {
  return text.split(/```/).flatMap((part, index, parts) => {
    if (index % 2 && index < parts.length - 1) return [el("pre", {}, unescape(part.replace(/^\n|\n$/g, "")))];
    return quoted(index % 2 ? `\`\`\`${part}` : part, names);
  });
}

function quoted(text, names) {
  const nodes = [];
  let quote = [];
  const flush = () => {
    if (quote.length) nodes.push(el("blockquote", {}, quote.flatMap((line, i) => (i ? [el("br"), ...inline(line, names)] : inline(line, names)))));
    quote = [];
  };
  let first = true;
  for (const line of text.split("\n")) {
    const inside = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (inside) { quote.push(inside[1]); first = true; continue; }
    flush();
    if (!first) nodes.push(el("br"));
    nodes.push(...inline(line, names));
    first = false;
  }
  flush();
  return nodes;
}

const INLINE = /(`[^`\n]+`)|<([^<>\n]+)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])/;

function inline(text, names) {
  const nodes = [];
  let rest = text;
  for (let match = INLINE.exec(rest); match; match = INLINE.exec(rest)) {
    if (match.index) nodes.push(...withEmoji(rest.slice(0, match.index)));
    const [whole, code, control, bold, italic, strike] = match;
    if (code) nodes.push(el("code", {}, unescape(code.slice(1, -1))));
    else if (control) nodes.push(controlled(control, names));
    else if (bold) nodes.push(el("strong", {}, inline(bold, names)));
    else if (italic) nodes.push(el("em", {}, inline(italic, names)));
    else nodes.push(el("s", {}, inline(strike, names)));
    rest = rest.slice(match.index + whole.length);
  }
  if (rest) nodes.push(...withEmoji(rest));
  return nodes;
}

function controlled(body, names) {
  const [target, ...labels] = body.split("|");
  const label = labels.join("|");
  if (target.startsWith("@")) return person(target.slice(1), names);
  if (target.startsWith("#")) return el("span", { class: "mention" }, `#${label || names.channels[target.slice(1)] || target.slice(1)}`);
  if (target.startsWith("!date^")) return dated(target, label);
  if (target.startsWith("!subteam^")) return el("span", { class: "mention" }, label || "@group");
  if (target.startsWith("!")) return el("span", { class: "mention" }, `@${label || target.slice(1)}`);
  return link(unescape(target), ...withEmoji(label || target.replace(/^mailto:/, "")));
}

export function person(id, names) {
  return el("span", { class: "mention", title: names.users[id]?.title }, `@${names.users[id]?.real_name ?? id}`);
}

const DATES = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

function dated(target, fallback) {
  const [, seconds, format = "", url] = target.split("^");
  const moment = new Date(Number(seconds) * 1000);
  if (Number.isNaN(moment.getTime())) return fallback;
  const shown = format.replace(/\{(\w+)\}/g, (whole, token) => {
    const style = DATES[token.replace("_pretty", "")];
    if (token.endsWith("_pretty") && moment.toDateString() === new Date().toDateString()) return "today";
    return style ? moment.toLocaleString([], style) : whole;
  });
  const node = el("time", { datetime: moment.toISOString(), title: moment.toLocaleString() }, shown);
  return url ? link(url, node) : node;
}

/** Nodes of a markdown block: headings, lists, tables, fences, paragraphs. */
export function markdown(text) {
  const nodes = [];
  const rows = text.split("\n");
  while (rows.length) {
    const row = rows.shift();
    const heading = /^(#{1,6}) +(.*)$/.exec(row);
    if (row.startsWith("```")) {
      const code = [];
      while (rows.length && !rows[0].startsWith("```")) code.push(rows.shift());
      rows.shift();
      nodes.push(el("pre", {}, code.join("\n")));
    } else if (heading) nodes.push(el("p", { class: "md-heading" }, el("strong", {}, spans(heading[2]))));
    else if (/^\s*([-*]|\d+\.) /.test(row)) nodes.push(list(row, rows));
    else if (row.startsWith("|")) nodes.push(pipes(row, rows));
    else if (row.trim()) nodes.push(el("p", {}, spans(row)));
  }
  return nodes;
}

function list(row, rows) {
  const items = [row];
  while (rows.length && /^\s*([-*]|\d+\.) /.test(rows[0])) items.push(rows.shift());
  const tag = /^\s*\d/.test(row) ? "ol" : "ul";
  return el(tag, {}, items.map((item) => el("li", {}, spans(item.replace(/^\s*([-*]|\d+\.) /, "")))));
}

function pipes(row, rows) {
  const table = [row];
  while (rows.length && rows[0].startsWith("|")) table.push(rows.shift());
  const cells = table.filter((line) => !/^\|[\s:|-]+$/.test(line)).map((line) => line.replace(/^\||\|\s*$/g, "").split("|"));
  const [head, ...body] = cells;
  return el("div", { class: "table-wrap" }, el("table", {},
    el("thead", {}, el("tr", {}, head.map((cell) => el("th", { scope: "col" }, spans(cell.trim()))))),
    el("tbody", {}, body.map((line) => el("tr", {}, line.map((cell) => el("td", {}, spans(cell.trim()))))))));
}

const SPAN = /(`[^`]+`)|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|_([^_\s][^_]*)_|~~([^~]+)~~|\[([^\]]+)\]\(([^)\s]+)\)/;

function spans(text) {
  const nodes = [];
  let rest = text;
  for (let match = SPAN.exec(rest); match; match = SPAN.exec(rest)) {
    if (match.index) nodes.push(rest.slice(0, match.index));
    const [whole, code, bold, italic, under, strike, label, url] = match;
    if (code) nodes.push(el("code", {}, code.slice(1, -1)));
    else if (bold) nodes.push(el("strong", {}, bold));
    else if (italic || under) nodes.push(el("em", {}, italic || under));
    else if (strike) nodes.push(el("s", {}, strike));
    else nodes.push(link(url, label));
    rest = rest.slice(match.index + whole.length);
  }
  if (rest) nodes.push(rest);
  return nodes;
}
