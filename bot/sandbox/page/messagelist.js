/**
 * The scrolling part of a column: bubbles in order, days between them, always at the newest unless one reads above.
 */
import { h, icon } from "./dom.js";
import { dayKey, dayText, relativeText } from "./dates.js";
import { messageNode } from "./message.js";

const PAGE = 200;
const GROUP_S = 5 * 60;
const NEAR_PX = 90;

export class MessageList {
  #cache = new Map();
  #days = new Map();
  #pinned = true;
  #lastTop = 0;
  #shown = PAGE;
  #key = "";
  #unread = 0;

  constructor() {
    this.items = h("div", { class: "items", role: "log", "aria-live": "off", "aria-relevant": "additions", "aria-label": "Messages" });
    this.node = h("div", { class: "messages", tabindex: "0" }, this.items);
    this.badge = h("span", { class: "badge", hidden: true });
    this.down = h("button", { type: "button", class: "to-end", "aria-label": "To the newest message", hidden: true, on: { click: () => this.toEnd() } }, icon("down"), this.badge);
    this.node.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => { if (this.#pinned) this.#jump("instant"); }).observe(this.items);
    new ResizeObserver(() => { if (this.#pinned) this.#jump("instant"); }).observe(this.node);
  }

  /**
   * Show `messages` (oldest first) for `view` (see message.js); `empty` is the node for a chat without any.
   * A new `view.key` (another chat, zone or language) draws everything again.
   */
  show(messages, view, empty) {
    const fresh = this.#key !== view.key;
    if (fresh) {
      this.#cache.clear();
      this.#days.clear();
      this.#key = view.key;
      this.#pinned = true;
      this.#shown = PAGE;
      this.#unread = 0;
    }
    const visible = messages.slice(-this.#shown);
    const nodes = [];
    if (messages.length > visible.length) {
      nodes.push(h("button", { type: "button", class: "earlier", on: { click: () => { this.#shown += PAGE; this.show(messages, view, empty); } } }, "Show earlier messages"));
    }
    let came = [];
    let before = null;
    let day = null;
    const cache = new Map();
    const days = new Map();
    for (const message of visible) {
      const date = dayKey(message.date, view.zone);
      if (day?.date !== date) {
        // One box a day: the date that sticks to the top is pushed out by the next one. A clock may come back to a day.
        const key = `${date}/${[...days.values()].filter((other) => other.date === date).length}`;
        day = this.#days.get(key) ?? { date, node: h("div", { class: "day-box" }), label: h("span") };
        day.nodes = [day.top ??= h("div", { class: "day" }, day.label)];
        day.label.textContent = dayText(message.date, view.zone, view.now());
        days.set(key, day);
        nodes.push(day.node);
        before = null;
      }
      const text = JSON.stringify(message);
      let entry = this.#cache.get(message.message_id);
      const known = Boolean(entry);
      if (!known || entry.text !== text) {
        const node = messageNode(message, view);
        if (known) node.classList.add("changed");
        else if (!fresh) { node.classList.add("entering"); came.push(message); }
        entry = { text, node };
      }
      cache.set(message.message_id, entry);
      const joined = before && sameSender(before, message) && message.date - before.date < GROUP_S && message.date >= before.date;
      entry.node.classList.toggle("joined", Boolean(joined));
      entry.node.classList.add("last");
      if (joined) day.nodes.at(-1).classList.remove("last");
      day.nodes.push(entry.node);
      before = message;
    }
    this.#cache = cache;
    this.#days = days;
    if (!messages.length && empty) nodes.push(empty);
    // A chat just opened is not read out, what arrives in it is.
    this.items.setAttribute("aria-live", fresh ? "off" : "polite");
    place(this.items, nodes);
    for (const one of days.values()) place(one.node, one.nodes);
    came = came.filter((message) => message.from?.id !== view.viewer.id);
    if (fresh) this.#jump("instant");
    else if (this.#pinned) this.#jump("smooth");
    else if (came.length) this.#unread += came.length;
    this.#drawDown();
  }

  /** Nothing is known of the chat yet. */
  clear() {
    this.#key = "";
    this.#cache.clear();
    this.#days.clear();
    this.items.replaceChildren();
    this.down.hidden = true;
  }

  /** Words such as "in 3 hours" go stale: say them anew. */
  tick(now) {
    for (const el of this.items.querySelectorAll("time[data-relative]")) {
      const text = relativeText(Number(el.dataset.relative), now, el.dataset.language);
      if (el.textContent !== text) el.textContent = text;
    }
  }

  toEnd() {
    this.#pinned = true;
    this.#jump("smooth");
  }

  jumpTo(messageId) {
    const node = this.#cache.get(messageId)?.node;
    if (!node) return;
    node.scrollIntoView({ block: "center", behavior: "smooth" });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
  }

  #jump(behavior) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.node.scrollTo({ top: this.node.scrollHeight, behavior: calm ? "instant" : behavior });
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.node;
    const near = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    if (near) this.#pinned = true;
    else if (scrollTop < this.#lastTop - 2) this.#pinned = false;
    this.#lastTop = scrollTop;
    if (this.#pinned && near) this.#unread = 0;
    this.#drawDown();
  }

  #drawDown() {
    this.down.hidden = this.#pinned;
    if (this.#pinned) this.#unread = 0;
    this.badge.hidden = !this.#unread;
    this.badge.textContent = String(this.#unread);
  }
}

function sameSender(a, b) {
  return (a.sender_chat?.id ?? a.from?.id) === (b.sender_chat?.id ?? b.from?.id) && !a.new_chat_members && !a.left_chat_member;
}

/** Put nodes in their box touching only what differs: an untouched bubble keeps playing and keeps its focus. */
function place(box, nodes) {
  const wanted = new Set(nodes);
  for (const old of [...box.children]) if (!wanted.has(old)) old.remove();
  nodes.forEach((node, i) => {
    if (box.children[i] !== node) box.insertBefore(node, box.children[i] ?? null);
  });
}
