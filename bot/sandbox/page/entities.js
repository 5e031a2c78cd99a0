/**
 * Message text with its entities as nodes.
 *
 * Offsets count UTF-16 units, which is how JavaScript counts too. Everything a message says becomes a text
 * node; the only attribute taken from it is an address with a scheme on the short list below.
 */
import { h, icon } from "./dom.js";
import { entityTime, fullText } from "./dates.js";

const SAFE_SCHEMES = new Set(["http:", "https:", "tg:"]);

/** The address if a link may lead there, else null. */
export function safeHref(address) {
  try {
    const url = new URL(String(address).includes(":") ? address : `https://${address}`);
    return SAFE_SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens beside the page and tells the other side nothing; plain text when the scheme is not allowed. */
export function link(address, children) {
  const href = safeHref(address);
  if (!href) return h("span", {}, children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", title: href }, children);
}

/**
 * Nodes for `text` with `entities`.
 * `context`: {zone, language, now(), sendCommand(text), copy(text)}.
 */
export function richText(text, entities, context) {
  const source = String(text ?? "");
  const marks = (entities ?? [])
    .map((entity) => ({ entity, from: Math.max(0, entity.offset), to: Math.min(source.length, entity.offset + entity.length) }))
    .filter((mark) => Number.isInteger(mark.from) && Number.isInteger(mark.to) && mark.from < mark.to)
    .sort((a, b) => a.from - b.from || b.to - a.to);
  return range(source, 0, source.length, marks, context);
}

function range(source, from, to, marks, context) {
  const nodes = [];
  let at = from;
  let index = 0;
  while (index < marks.length) {
    const mark = marks[index];
    if (mark.from > at) nodes.push(source.slice(at, mark.from));
    const inside = [];
    const after = [];
    for (const other of marks.slice(index + 1)) {
      if (other.from >= mark.to) after.push(other);
      else if (other.to <= mark.to) inside.push(other);
      else {
        // Crosses the end of this one: Telegram splits such a pair, so do we.
        inside.push({ ...other, to: mark.to });
        after.push({ ...other, from: mark.to });
      }
    }
    after.sort((a, b) => a.from - b.from || b.to - a.to);
    const children = range(source, mark.from, mark.to, inside, context);
    nodes.push(wrap(mark.entity, source.slice(mark.from, mark.to), children, context));
    // A block ends its own line: the line feed after it would show as an empty one.
    at = BLOCKS.has(mark.entity.type) && mark.to < to && source[mark.to] === "\n" ? mark.to + 1 : mark.to;
    marks = after;
    index = 0;
  }
  if (at < to) nodes.push(source.slice(at, to));
  return nodes;
}

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s" };

function wrap(entity, raw, children, context) {
  switch (entity.type) {
    case "spoiler":
      return spoiler(children);
    case "code":
      return h("code", { class: "tap-copy", title: "Copy", on: { click: () => context.copy?.(raw) } }, children);
    case "pre":
      return h("pre", {},
        h("span", { class: "pre-head" }, entity.language || "code",
          h("button", { type: "button", "aria-label": "Copy code", on: { click: () => context.copy?.(raw) } }, icon("copy"))),
        h("code", {}, children));
    case "text_link":
      return link(entity.url, children);
    case "url":
      return link(raw, children);
    case "bot_command":
      return h("button", { type: "button", class: "command", on: { click: () => context.sendCommand?.(raw) } }, children);
    case "blockquote":
      return h("blockquote", {}, children);
    case "expandable_blockquote":
      return expandable(children);
    case "date_time":
      return moment(entity, raw, children, context);
    default:
      return TAGS[entity.type] ? h(TAGS[entity.type], {}, children) : h("span", { class: `e-${entity.type}` }, children);
  }
}

function spoiler(children) {
  const el = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Hidden text, open" }, h("span", {}, children));
  el.firstChild.setAttribute("aria-hidden", "true");
  const open = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    if (el.classList.contains("open")) return;
    event.preventDefault();
    event.stopPropagation();
    el.classList.add("open");
    for (const name of ["role", "tabindex", "aria-label"]) el.removeAttribute(name);
    el.firstChild.removeAttribute("aria-hidden");
  };
  el.addEventListener("click", open);
  el.addEventListener("keydown", open);
  return el;
}

/** Closed to three lines until tapped; a quote that is short enough anyway has no button (measured when shown). */
function expandable(children) {
  const body = h("div", { class: "quote-body" }, children);
  const button = h("button", { type: "button", class: "quote-toggle", "aria-expanded": "false", "aria-label": "Show the whole quote" }, icon("down"));
  const el = h("blockquote", { class: "expandable closed" }, body, button);
  const toggle = () => {
    const closed = el.classList.toggle("closed");
    button.setAttribute("aria-expanded", String(!closed));
    button.setAttribute("aria-label", closed ? "Show the whole quote" : "Show less");
  };
  button.addEventListener("click", (event) => { event.stopPropagation(); toggle(); });
  body.addEventListener("click", (event) => {
    if (el.classList.contains("closed") && !button.hidden && !event.target.closest("a,button,.spoiler")) toggle();
  });
  requestAnimationFrame(() => {
    if (el.isConnected && body.scrollHeight <= body.clientHeight + 2) {
      el.classList.remove("closed");
      button.hidden = true;
    }
  });
  return el;
}

function moment(entity, raw, children, context) {
  const text = entityTime(entity.unix_time, entity.date_time_format, context.zone, context.language, context.now());
  const el = h("time", {
    class: "moment",
    datetime: new Date(entity.unix_time * 1000).toISOString(),
    title: `${fullText(entity.unix_time, context.zone)} · ${context.zone}`,
    data: entity.date_time_format === "r" ? { relative: String(entity.unix_time), language: context.language ?? "en" } : {},
  }, text ?? children);
  if (text !== null) el.dataset.words = raw;
  return el;
}
