// Interactive elements. What people fill in is kept in `context.form`: block or action id → value.

import { el } from "./dom.js";
import { textObject } from "./mrkdwn.js";

const TEXT_INPUTS = { number_input: "text", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time" };
const MULTI = /^multi_/;

/** The node of one element. `field` gives id and description ids inside an input block. */
export function element(one, block, context, field = {}) {
  if (one.type === "button") return button(one, block, context);
  if (one.type === "overflow") return overflow(one, block, context);
  if (one.type === "radio_buttons" || one.type === "checkboxes") return choices(one, block, context, field);
  if (one.type.endsWith("_select")) return select(one, block, context, field);
  if (one.type === "plain_text_input" || TEXT_INPUTS[one.type]) return textInput(one, block, context, field);
  if (one.type === "feedback_buttons") {
    return el("span", {}, [one.positive_button, one.negative_button].filter(Boolean).map((half) =>
      button({ ...one, ...half, type: "feedback_buttons" }, block, context)));
  }
  return el("span", { class: "muted" }, `This page does not draw ${one.type}.`);
}

const keyOf = (one, block) => (block.type === "input" ? block.block_id : one.action_id);

function marks(one, block, field) {
  return {
    id: field.id, "aria-describedby": field.describedby,
    "data-action-id": one.action_id, "data-block-id": block.block_id, "data-value": one.value,
  };
}

function button(one, block, context) {
  const label = textObject(one.text, context.names);
  return el("button", {
    type: "button", class: `btn ${one.style ?? ""}`, ...marks(one, block, {}),
    "aria-label": one.accessibility_label,
    onclick: (event) => context.act({ one, block, value: one.value ?? null, source: event.currentTarget }),
  }, label);
}

function overflow(one, block, context) {
  const menu = el("div", { class: "menu", role: "menu" }, (one.options ?? []).map((option) =>
    el("button", {
      type: "button", role: "menuitem", "data-value": option.value,
      onclick: (event) => { details.open = false; context.act({ one, block, value: option.value, source: event.currentTarget }); },
    }, textObject(option.text, context.names))));
  const details = el("details", { class: "overflow", ...marks(one, block, {}) },
    el("summary", { class: "btn", "aria-label": "More actions" }, "⋯"), menu);
  details.addEventListener("keydown", (event) => { if (event.key === "Escape") { details.open = false; details.firstChild.focus(); } });
  return details;
}

function changed(one, block, context, value, source) {
  context.form[keyOf(one, block)] = value;
  if (block.type !== "input" || block.dispatch_action) context.act({ one, block, value, source });
}

function choices(one, block, context, field) {
  const many = one.type === "checkboxes";
  const first = (many ? one.initial_options ?? [] : [one.initial_option]).map((option) => option?.value);
  const saved = context.form[keyOf(one, block)] ?? (many ? first : first[0]);
  const name = `${block.block_id}-${one.action_id}`;
  const box = el("div", { class: "choices", ...marks(one, block, {}), "aria-describedby": field.describedby }, (one.options ?? []).map((option) =>
    el("label", { class: "choice" },
      el("input", {
        type: many ? "checkbox" : "radio", name, value: option.value,
        checked: many ? saved.includes(option.value) : saved === option.value,
        onchange: (event) => {
          const chosen = [...box.querySelectorAll("input:checked")].map((input) => input.value);
          changed(one, block, context, many ? chosen : chosen[0], event.currentTarget);
        },
      }),
      el("span", {}, textObject(option.text, context.names), option.description ? el("small", { class: "muted" }, textObject(option.description, context.names)) : null))));
  return box;
}

function optionsOf(one, context) {
  if (/users_select$/.test(one.type)) return Object.values(context.names.users).filter((user) => !user.is_bot).map((user) => [user.id, user.real_name]);
  if (/(channels|conversations)_select$/.test(one.type)) return Object.entries(context.names.channels).map(([id, name]) => [id, `#${name}`]);
  const options = [...(one.options ?? []), ...(one.option_groups ?? []).flatMap((group) => group.options ?? [])];
  return options.map((option) => [option.value, option.text?.text ?? option.value]);
}

function select(one, block, context, field) {
  const many = MULTI.test(one.type);
  const first = one.initial_option?.value ?? one.initial_user ?? one.initial_channel ?? one.initial_conversation ?? "";
  const firsts = (one.initial_options ?? []).map((option) => option.value);
  const saved = context.form[keyOf(one, block)] ?? (many ? firsts : first);
  const box = el("select", {
    class: "select", multiple: many, ...marks(one, block, field), "aria-label": field.id ? null : one.placeholder?.text ?? "Choose",
    onchange: (event) => {
      const chosen = [...event.currentTarget.selectedOptions].map((option) => option.value).filter(Boolean);
      changed(one, block, context, many ? chosen : chosen[0] ?? null, event.currentTarget);
    },
  }, many ? null : el("option", { value: "" }, one.placeholder?.text ?? "Choose…"),
  optionsOf(one, context).map(([value, label]) => el("option", { value, selected: many ? saved.includes(value) : saved === value }, label)));
  return box;
}

function textInput(one, block, context, field) {
  const first = one.initial_value ?? one.initial_date ?? one.initial_time ?? "";
  const saved = context.form[keyOf(one, block)] ?? first;
  const common = {
    class: "text-input", ...marks(one, block, field), placeholder: one.placeholder?.text, maxlength: one.max_length,
    "aria-required": block.type === "input" && !block.optional ? "true" : null,
    oninput: (event) => { context.form[keyOf(one, block)] = event.currentTarget.value; },
    onchange: (event) => { if (block.dispatch_action || block.type === "actions") context.act({ one, block, value: event.currentTarget.value, source: event.currentTarget }); },
  };
  if (one.multiline) {
    const area = el("textarea", { ...common, rows: 4 });
    area.value = saved;
    return area;
  }
  const inputmode = one.type === "number_input" ? "decimal" : null;
  return el("input", { ...common, inputmode, type: TEXT_INPUTS[one.type] ?? "text", value: saved });
}
