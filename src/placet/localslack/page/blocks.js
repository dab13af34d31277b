// Block Kit as DOM nodes. `context` is { names, act(action), form } for the surface the blocks are on.

import { el, link } from "./dom.js";
import { element } from "./inputs.js";
import { emoji, markdown, mrkdwn, person, textObject } from "./mrkdwn.js";

const DRAW = {
  header: (block, context) => el("h3", { class: "b-header" }, textObject(block.text, context.names)),
  section, context: contextBlock, actions, context_actions: actions, input, table,
  divider: () => el("hr", { class: "b-divider" }),
  rich_text: (block, context) => el("div", { class: "b-rich" }, richText(block, context.names)),
  alert: (block, context) => el("div", { class: `b-alert ${block.level ?? "default"}`, role: "note" }, textObject(block.text, context.names)),
  markdown: (block) => el("div", { class: "b-markdown" }, markdown(block.text ?? "")),
  image: (block, context) => el("div", { class: "b-image" }, block.title ? textObject(block.title, context.names) : null, " ", link(block.image_url ?? "", `Image: ${block.alt_text || "no description"}`)),
  plan: (block, context) => el("div", { class: "b-plan" }, el("div", { class: "b-plan-title" }, block.title), (block.tasks ?? []).map((task) => taskCard(task, context))),
  task_card: taskCard, card,
  container: (block, context) => el("div", { class: "b-card" }, el("div", { class: "b-card-title" }, textObject(block.title, context.names)), block.subtitle ? el("div", { class: "muted" }, textObject(block.subtitle, context.names)) : null, draw(block.child_blocks, context)),
  carousel: (block, context) => el("div", { class: "b-carousel" }, (block.elements ?? []).map((one) => card(one, context))),
};

/** Nodes of a list of blocks. */
export function draw(blocks, context) {
  return (blocks ?? []).map((block) => {
    const paint = DRAW[block.type];
    const node = paint ? paint(block, context) : el("div", { class: "muted" }, `This page does not draw ${block.type} blocks.`);
    node.dataset.blockId = block.block_id ?? "";
    return node;
  });
}

function section(block, context) {
  const fields = (block.fields ?? []).map((field) => el("div", { class: "b-field" }, textObject(field, context.names)));
  return el("div", { class: "b-section" },
    el("div", { class: "b-section-text" }, block.text ? el("div", { class: "b-text" }, textObject(block.text, context.names)) : null,
      fields.length ? el("div", { class: "b-fields" }, fields) : null),
    block.accessory ? el("div", { class: "b-accessory" }, accessory(block, context)) : null);
}

function accessory(block, context) {
  if (block.accessory.type === "image") return link(block.accessory.image_url ?? "", `Image: ${block.accessory.alt_text || "no description"}`);
  return element(block.accessory, block, context);
}

function contextBlock(block, context) {
  return el("div", { class: "b-context" }, (block.elements ?? []).map((one) =>
    el("span", {}, one.type === "image" ? link(one.image_url ?? "", `Image: ${one.alt_text || "no description"}`) : textObject(one, context.names))));
}

function actions(block, context) {
  return el("div", { class: "b-actions" }, (block.elements ?? []).map((one) => element(one, block, context)));
}

function input(block, context) {
  const id = `field-${block.block_id}`;
  const error = el("div", { class: "b-error", id: `${id}-error`, role: "alert", "data-error-for": block.block_id });
  const grouped = ["radio_buttons", "checkboxes"].includes(block.element.type);
  const label = [textObject(block.label, context.names), block.optional ? el("span", { class: "muted" }, " (optional)") : null];
  const hint = block.hint ? el("div", { class: "b-hint", id: `${id}-hint` }, textObject(block.hint, context.names)) : null;
  const field = element(block.element, block, context, { id, describedby: `${hint ? `${id}-hint ` : ""}${id}-error` });
  if (grouped) return el("fieldset", { class: "b-input", id, tabindex: "-1" }, el("legend", {}, label), field, hint, error);
  return el("div", { class: "b-input" }, el("label", { for: id }, label), field, hint, error);
}

function table(block, context) {
  const settings = block.column_settings ?? [];
  const cell = (tag, scope) => (one, column) => el(tag, { scope, class: `align-${settings[column]?.align ?? "left"}` }, tableCell(one, context));
  const [head, ...body] = block.rows ?? [];
  return el("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {},
    el("thead", {}, el("tr", {}, (head ?? []).map(cell("th", "col")))),
    el("tbody", {}, body.map((row) => el("tr", {}, row.map(cell("td")))))));
}

function tableCell(cell, context) {
  if (cell.type === "rich_text") return richText(cell, context.names);
  return String(cell.text ?? cell.value ?? "");
}

const TASK_SIGNS = { pending: "○", in_progress: "◐", complete: "✓", error: "✕" };

function taskCard(task, context) {
  return el("div", { class: `b-task ${task.status}` },
    el("span", { class: "b-task-sign", role: "img", "aria-label": task.status ?? "pending" }, TASK_SIGNS[task.status] ?? "○"),
    el("div", {}, el("div", {}, task.title),
      task.details ? el("div", { class: "muted" }, richText(task.details, context.names)) : null,
      task.output ? el("div", {}, richText(task.output, context.names)) : null,
      (task.sources ?? []).map((source) => el("div", {}, link(source.url, source.text ?? source.url)))));
}

function card(block, context) {
  return el("div", { class: "b-card" },
    block.title ? el("div", { class: "b-card-title" }, textObject(block.title, context.names)) : null,
    block.subtitle ? el("div", { class: "muted" }, textObject(block.subtitle, context.names)) : null,
    block.body ? el("div", {}, textObject(block.body, context.names)) : null,
    block.actions?.length ? actions({ ...block, elements: block.actions }, context) : null);
}

function richText(block, names) {
  return (block.elements ?? []).map((part) => {
    if (part.type === "rich_text_list") return richList(part, names);
    if (part.type === "rich_text_quote") return el("blockquote", {}, spans(part, names));
    if (part.type === "rich_text_preformatted") return el("pre", {}, spans(part, names));
    return el("span", {}, spans(part, names));
  });
}

function richList(part, names) {
  return el(part.style === "ordered" ? "ol" : "ul", { class: `indent-${part.indent ?? 0}` },
    (part.elements ?? []).map((item) => el("li", {}, spans(item, names))));
}

function spans(part, names) {
  return (part.elements ?? []).map((one) => styled(one.style, span(one, names)));
}

function span(one, names) {
  if (one.type === "link") return link(one.url ?? "", one.text || one.url);
  if (one.type === "user") return person(one.user_id, names);
  if (one.type === "channel") return el("span", { class: "mention" }, `#${names.channels[one.channel_id] ?? one.channel_id}`);
  if (one.type === "usergroup" || one.type === "broadcast") return el("span", { class: "mention" }, `@${one.range ?? "group"}`);
  if (one.type === "emoji") return emoji(one.name);
  if (one.type === "date") return el("span", {}, mrkdwn(`<!date^${one.timestamp}^${one.format}|${one.fallback ?? ""}>`, names));
  return el("span", { class: "pre-line" }, one.text ?? "");
}

function styled(style, node) {
  const tags = { bold: "strong", italic: "em", strike: "s", code: "code" };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style?.[name] ? el(tag, {}, inner) : inner), node);
}
