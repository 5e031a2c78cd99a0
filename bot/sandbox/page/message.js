/**
 * One message as a bubble, seen by one person.
 */
import { add, h, icon, svg } from "./dom.js";
import { clockText, fullText } from "./dates.js";
import { link, richText, safeHref } from "./entities.js";
import { fileOf, mediaNode, serviceText, summary } from "./media.js";
import { nameColour, nameOf } from "./people.js";

/**
 * `view`: {viewer, chat, zone, language, botId, now(), host(), press(message, button), sendCommand(text),
 * copy(text), openMessageMenu(message, anchor, point), toggleReaction(message, emoji), jumpTo(id)}.
 */
export function messageNode(message, view) {
  const service = serviceText(message);
  if (service) return h("div", { class: "service", data: { id: message.message_id } }, h("span", {}, service));

  const mine = message.from?.id === view.viewer.id && view.chat.type !== "channel";
  const file = fileOf(message);
  const media = mediaNode(message, view.host);
  const bare = ["video_note", "sticker"].includes(file?.kind) || Boolean(message.dice);
  const picture = ["photo", "video", "animation"].includes(file?.kind);
  const text = message.text ?? message.caption;
  const inline = message.reply_markup?.inline_keyboard;

  const bubble = h("div", { class: "bubble" });
  const stamp = meta(message, view, mine, Boolean(inline));
  const chips = reactions(message, view);
  const above = Boolean(message.show_caption_above_media);
  // The time shares the last line: of the reactions, of the text, else it lies in the corner.
  const captions = text ? words(text, message, view) : null;
  if (chips) chips.append(stamp);
  else if (captions && !(above && media)) captions.append(stamp);
  else stamp.classList.add("corner");
  add(bubble, [
    sender(message, view, mine), forwarded(message), via(message), reply(message, view),
    above ? captions : null, media, above ? null : captions, chips, stamp.classList.contains("corner") ? stamp : null,
  ]);
  const jumbo = message.text && !message.entities?.length && /^(\p{Extended_Pictographic}[\uFE0F\u200D\p{Emoji_Modifier}]*){1,3}$/u.test(message.text);
  const classes = ["message", mine ? "mine" : "theirs", bare ? "bare" : "", picture ? "picture" : "", text ? "worded" : "wordless", jumbo ? "jumbo" : "", message.is_draft ? "draft" : ""];
  const label = `${mine ? "You" : nameOf(message.from ?? message.sender_chat)}, ${clockText(message.date, view.zone)}`;
  const el = h("article", { class: classes.filter(Boolean).join(" "), data: { id: message.message_id }, "aria-label": label, tabindex: "-1" },
    h("div", { class: "stack" }, bubble, inline ? inlineKeyboard(message, inline, view) : null));
  const more = h("button", { type: "button", class: "message-more", "aria-label": "Message menu", "aria-haspopup": "menu" }, icon("down"));
  more.addEventListener("click", () => view.openMessageMenu(message, more));
  bubble.append(more);
  bubble.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a,video") || String(getSelection())) return;
    event.preventDefault();
    view.openMessageMenu(message, more, { x: event.clientX, y: event.clientY });
  });
  return el;
}

function sender(message, view, mine) {
  if (mine || view.chat.type === "private") return null;
  const who = message.sender_chat ?? message.from;
  if (view.chat.type === "channel" && who?.id !== view.chat.id) return null;
  return h("div", { class: `sender ${nameColour(who)}` }, nameOf(who));
}

/** {name, note} of where a forwarded message comes from. */
export function originText(origin) {
  switch (origin.type) {
    case "user": return nameOf(origin.sender_user);
    case "hidden_user": return origin.sender_user_name;
    case "chat": return nameOf(origin.sender_chat);
    case "channel": return nameOf(origin.chat) + (origin.author_signature ? ` (${origin.author_signature})` : "");
    default: return "someone";
  }
}

/** Which bot offered an inline message. */
function via(message) {
  return message.via_bot ? h("div", { class: "via" }, `via @${message.via_bot.username}`) : null;
}

function forwarded(message) {
  if (!message.forward_origin) return null;
  return h("div", { class: "forwarded" }, icon("forward"), h("span", {}, "Forwarded from ", h("b", {}, originText(message.forward_origin))));
}

function reply(message, view) {
  const target = message.reply_to_message;
  if (!target) return null;
  return h("button", { type: "button", class: "reply", on: { click: () => view.jumpTo(target.message_id) } },
    h("b", {}, nameOf(target.from ?? target.sender_chat)), h("span", {}, summary(target)));
}

function words(text, message, view) {
  return h("div", { class: "text", dir: "auto" }, richText(text, message.entities ?? message.caption_entities, view));
}

/** Reactions of one message by emoji: [{emoji, users}]. */
export function reactionGroups(message) {
  const groups = new Map();
  for (const { emoji, user } of message.reactions ?? []) {
    if (emoji) groups.set(emoji, [...(groups.get(emoji) ?? []), user]);
  }
  return [...groups].map(([emoji, users]) => ({ emoji, users }));
}

function reactions(message, view) {
  const groups = reactionGroups(message);
  if (!groups.length) return null;
  return h("div", { class: "reactions" }, groups.map(({ emoji, users }) => {
    const own = users.includes(view.viewer.id);
    return h("button", {
      type: "button", class: own ? "reaction own" : "reaction", "aria-pressed": String(own),
      "aria-label": `${emoji}, ${users.length}`, on: { click: () => view.toggleReaction(message, emoji) },
    }, h("span", {}, emoji), users.length > 1 ? h("small", {}, String(users.length)) : null);
  }));
}

function ticks() {
  return svg("svg", { viewBox: "0 0 18 12", class: "ticks", "aria-hidden": "true" }, svg("path", { d: "M1.2 6.4 4.6 9.8 11.4 2.4M8.2 8.6l1.3 1.2L16.4 2.4" }));
}

function meta(message, view, mine, hasKeyboard) {
  const edited = message.edit_date && !(hasKeyboard && message.from?.is_bot);
  const time = h("time", { datetime: new Date(message.date * 1000).toISOString(), title: fullText(message.date, view.zone) }, clockText(message.date, view.zone));
  return h("span", { class: "meta" },
    message.author_signature ? `${message.author_signature}, ` : null,
    message.silent ? h("span", { title: "Sent without a sound" }, icon("mute")) : null,
    edited ? h("span", { class: "edited" }, "edited ") : null, time, mine ? ticks() : null);
}

/** The buttons under a message. */
function inlineKeyboard(message, rows, view) {
  return h("div", { class: "keyboard", role: "group", "aria-label": "Buttons" },
    rows.filter((row) => row.length).map((row) => h("div", { class: "keyboard-row" }, row.map((button) => inlineButton(message, button, view)))));
}

function inlineButton(message, button, view) {
  const style = ["primary", "success", "danger"].includes(button.style) ? button.style : "";
  const classes = `key ${style}`;
  const address = button.url ?? button.web_app?.url ?? button.login_url?.url;
  if (address && !button.disabled) {
    const el = link(address, [h("span", {}, button.text), h("span", { class: "key-sign" }, icon("link"))]);
    el.className = classes;
    if (!safeHref(address)) el.setAttribute("aria-disabled", "true");
    return el;
  }
  const known = button.callback_data !== undefined || button.copy_text || button.switch_inline_query_current_chat !== undefined;
  const el = h("button", {
    type: "button", class: classes, disabled: Boolean(button.disabled) || !known,
    title: button.disabled?.text ?? (known ? null : "This kind of button does nothing in the sandbox"),
  }, h("span", {}, button.text), button.copy_text ? h("span", { class: "key-sign" }, icon("copy")) : null);
  el.addEventListener("click", async () => {
    if (button.copy_text) { view.copy(button.copy_text.text); return; }
    if (button.callback_data === undefined) { view.sendCommand(button.switch_inline_query_current_chat, true); return; }
    el.classList.add("busy");
    el.setAttribute("aria-busy", "true");
    try {
      await view.press(message, button);
    } finally {
      el.classList.remove("busy");
      el.removeAttribute("aria-busy");
    }
  });
  return el;
}
