/**
 * One person's phone: header, messages of the chosen chat, composer.
 */
import * as api from "./api.js";
import { h, icon, iconButton, toast } from "./dom.js";
import { offsetText, zoneNames } from "./dates.js";
import { Composer } from "./composer.js";
import { chatForm, copyText, originForm } from "./forms.js";
import { fileOf } from "./media.js";
import { MessageList } from "./messagelist.js";
import { originOf } from "./origin.js";
import { avatar, botDescription, botName, languageName, nameOf, setZone, zoneOf } from "./people.js";
import { alertBox, closeMenus, confirmBox, openDialog, openMenu } from "./popup.js";
import { world } from "./world.js";

const QUICK = ["👍", "❤️", "🔥", "👏", "😁", "🤔", "👎"];
const ACTIONS = {
  typing: "typing", record_voice: "recording a voice note", upload_voice: "sending a voice note", upload_photo: "sending a photo",
  upload_document: "sending a file", upload_video: "sending a video", record_video: "recording a video", choose_sticker: "choosing a sticker",
  find_location: "finding a place", record_video_note: "recording a video message", upload_video_note: "sending a video message",
};

export class Column {
  /** `page`: {activate(personId), close(personId), chatChanged(), crowded()}. */
  constructor(personId, page) {
    this.personId = personId;
    this.chatId = personId;
    this.page = page;
    this.list = new MessageList();
    this.composer = new Composer({
      person: () => this.person, chat: () => this.chat, host: () => this.stage, sent: () => this.list.toEnd(),
    });
    this.header = h("header", { class: "chat-head" });
    this.tabs = h("nav", { class: "chat-tabs", "aria-label": "Chats", hidden: true });
    this.stage = h("div", { class: "stage" }, this.list.node, this.list.down);
    this.node = h("section", { class: "column", data: { person: personId } }, this.header, this.tabs, this.stage, this.composer.node);
    this.node.addEventListener("pointerdown", () => page.activate(personId), true);
    this.node.addEventListener("focusin", () => page.activate(personId));
    this.#drops();
  }

  get person() {
    return world.people.get(this.personId);
  }

  get chat() {
    return world.chat(this.chatId) ?? world.chat(this.personId);
  }

  get zone() {
    return zoneOf(this.personId);
  }

  open(chatId) {
    if (!world.chat(chatId)) return;
    this.chatId = chatId;
    this.page.chatChanged();
    this.refresh();
  }

  /** Draw everything that may have changed. */
  refresh() {
    if (!this.person) return;
    if (!world.chatsOf(this.personId).some((chat) => chat.id === this.chatId)) this.chatId = this.personId;
    this.node.setAttribute("aria-label", `${nameOf(this.person)}'s chat with ${botName(this.person)}`);
    this.#drawHead();
    this.#drawTabs();
    this.refreshMessages();
  }

  refreshMessages() {
    const chat = this.chat;
    if (!chat) return;
    if (world.isRead(chat.id)) this.list.show(world.list(chat.id), this.#view(), this.#empty());
    else this.list.clear();
    this.composer.refresh();
  }

  refreshAction() {
    const action = world.actionIn(this.chatId);
    const line = this.header.querySelector(".chat-sub");
    if (!line) return;
    line.classList.toggle("acting", Boolean(action));
    line.replaceChildren(...(action ? [ACTIONS[action] ?? "busy", h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"))] : [this.#subtitle()]));
  }

  #subtitle() {
    const chat = this.chat;
    if (chat.type === "private") return "bot";
    const count = (chat.members ?? []).filter((member) => !["left", "kicked"].includes(member.status)).length;
    return chat.type === "channel" ? `channel, ${count} members` : `group, ${count} members`;
  }

  #drawHead() {
    const chat = this.chat;
    const shown = chat.type === "private" ? { ...world.bot, is_bot: true } : chat;
    const title = chat.type === "private" ? botName(this.person) : nameOf(chat);
    const zone = this.#zoneSelect();
    this.header.replaceChildren(
      avatar({ ...shown, title }, 42),
      h("div", { class: "chat-title" }, h("h1", {}, title), h("p", { class: "chat-sub" }, this.#subtitle())),
      h("div", { class: "viewer" },
        h("span", { class: "viewer-name" }, nameOf(this.person), h("small", {}, this.person.language_code ?? "–")),
        h("span", { class: "viewer-zone" }, icon("globe"), zone)),
      iconButton("more", `Menu of ${nameOf(this.person)}`, (event) => this.#menu(event.currentTarget), { class: "icon-button more", "aria-haspopup": "menu" }),
      this.page.crowded() ? iconButton("close", `Close ${nameOf(this.person)}'s column`, () => this.page.close(this.personId), { class: "icon-button close-column" }) : "",
    );
    this.refreshAction();
  }

  #zoneSelect() {
    const { common, all } = zoneNames();
    const option = (zone) => h("option", { value: zone, selected: zone === this.zone }, zone.replace("_", " "));
    return h("select", {
      "aria-label": `Time zone of ${nameOf(this.person)}`, title: `Times are shown in this zone (${offsetText(world.now(), this.zone)})`,
      on: { change: (event) => setZone(this.personId, event.target.value) },
    }, h("optgroup", { label: "Usual" }, common.map(option)), h("optgroup", { label: "All" }, all.map(option)));
  }

  #drawTabs() {
    const chats = world.chatsOf(this.personId);
    this.tabs.hidden = chats.length < 2;
    this.tabs.replaceChildren(...chats.map((chat) => h("button", {
      type: "button", class: "chat-tab", "aria-current": chat.id === this.chat.id ? "true" : null, on: { click: () => this.open(chat.id) },
    }, icon(chat.type === "private" ? "user" : chat.type === "channel" ? "channel" : "group"), h("span", {}, chat.type === "private" ? botName(this.person) : nameOf(chat)))));
  }

  #empty() {
    const chat = this.chat;
    if (chat.type !== "private") return h("div", { class: "intro" }, h("p", {}, "No messages here yet."));
    const words = botDescription(this.person);
    return h("div", { class: "intro", lang: this.person.language_code ?? null },
      h("b", {}, words ? "What can this bot do?" : `This is ${botName(this.person)}.`), words ? h("p", {}, words) : h("p", {}, "Press Start to begin."));
  }

  #view() {
    const person = this.person;
    const chat = this.chat;
    return {
      key: `${chat.id}|${this.zone}|${person.language_code}`,
      viewer: person, chat, zone: this.zone, language: person.language_code ?? "en",
      now: () => world.now(), host: () => this.stage,
      press: (message, button) => this.#press(message, button),
      sendCommand: (text, unfinished = false) => (unfinished ? this.composer.prefill(`@${world.bot.username ?? "bot"} ${text}`) : this.composer.say(text)),
      copy: (text) => copyText(text, this.stage),
      openMessageMenu: (message, anchor, point) => this.#messageMenu(message, anchor, point),
      toggleReaction: (message, emoji) => this.#react(message, emoji),
      jumpTo: (id) => this.list.jumpTo(id),
    };
  }

  #chatField() {
    return this.chatId === this.personId ? {} : { chat: this.chatId };
  }

  async #try(run) {
    try {
      return await run();
    } catch (error) {
      toast(this.stage, error.message, "error");
      return null;
    }
  }

  async #press(message, button) {
    const answer = await this.#try(() => api.press({ from: this.personId, ...this.#chatField(), message_id: message.message_id, data: button.callback_data }));
    if (!answer) return;
    if (answer.text && answer.show_alert) await alertBox(answer.text);
    else if (answer.text) toast(this.stage, answer.text);
    else if (answer.answered === false) toast(this.stage, "The bot did not answer this button within 10 seconds.", "error");
  }

  async #react(message, emoji) {
    const own = (message.reactions ?? []).some((item) => item.emoji === emoji && item.user === this.personId);
    await this.#try(() => api.react({ from: this.personId, ...this.#chatField(), message_id: message.message_id, emoji: own ? null : emoji }));
  }

  #messageMenu(message, anchor, point) {
    const quick = h("div", { class: "quick", role: "group", "aria-label": "React" }, QUICK.map((emoji) =>
      h("button", { type: "button", "aria-label": `React with ${emoji}`, on: { click: () => { closeMenus(); this.#react(message, emoji); } } }, emoji)));
    const text = message.text ?? message.caption;
    const file = fileOf(message);
    openMenu(anchor, [
      quick, "-",
      { label: "Reply", icon: "reply", run: () => this.composer.setReply(message) },
      text ? { label: "Copy text", icon: "copy", run: () => copyText(text, this.stage) } : null,
      file ? { label: "Save file", icon: "download", run: () => save(file) } : null,
      text || file ? { label: "Forward to …", icon: "forward", run: () => this.#forward(message) } : null,
      text || file ? { label: "Forward as from …", icon: "forward", run: () => this.#forward(message, true) } : null,
    ], { label: "Message", at: point });
  }

  /** Send a message on: from where it really comes to a chosen chat, or to this chat as from someone else. */
  async #forward(message, pretend = false) {
    let target = this.chatId;
    let origin = null;
    if (pretend) {
      origin = await originForm(this.person);
      if (!origin) return;
    } else {
      target = await openDialog("Forward to", (close) => h("div", { class: "list" }, world.chatsOf(this.personId).map((chat) =>
        h("button", { type: "button", class: "list-item", on: { click: () => close(chat.id) } }, avatar(chat.type === "private" ? { ...world.bot, is_bot: true } : chat, 32), chat.type === "private" ? botName(this.person) : nameOf(chat)))));
      if (target === null) return;
      origin = originOf(message);
    }
    const fields = { from: this.personId, ...(target === this.personId ? {} : { chat: target }), forward_origin: origin };
    await this.#try(async () => {
      const file = fileOf(message);
      if (file) await api.sendFile(file.kind === "animation" || file.kind === "sticker" ? "document" : file.kind, await api.fileBlob(file.media.file_id), file.name, { ...fields, caption: message.caption });
      else await api.sendMessage({ ...fields, text: message.text });
      if (target !== this.chatId) this.open(target);
      this.list.toEnd();
    });
  }

  #menu(anchor) {
    const person = this.person;
    openMenu(anchor, [
      h("p", { class: "menu-note" }, h("b", {}, nameOf(person)), h("br"), `${languageName(person.language_code)} · id ${person.id}${person.username ? ` · @${person.username}` : ""}`),
      h("label", { class: "menu-field" }, icon("globe"), this.#zoneSelect()),
      "-",
      { label: "New group", icon: "group", run: () => this.#create("supergroup") },
      { label: "New channel", icon: "channel", run: () => this.#create("channel") },
      "-",
      person.blocked
        ? { label: "Unblock the bot", icon: "check", run: () => this.#block(false) }
        : { label: "Block the bot", icon: "block", danger: true, run: () => this.#block(true) },
      { label: "Forget everything", hint: "Empties the sandbox for all", icon: "bin", danger: true, run: () => this.#reset() },
    ], { label: "Chat menu" });
  }

  async #create(type) {
    const chat = await chatForm(this.person, type);
    if (!chat) return;
    await this.#try(() => world.refresh());
    this.open(chat.id);
  }

  #block(blocked) {
    return this.#try(async () => {
      await api.setMembership(this.personId, this.personId, blocked ? "blocked" : "member");
      toast(this.stage, blocked ? "The bot is blocked: it can't write here." : "The bot is unblocked.");
    });
  }

  async #reset() {
    if (!(await confirmBox("Forget everything?", "All people, chats and messages of this sandbox are erased, and its clock goes back to now.", "Forget everything", true))) return;
    await this.#try(() => api.reset());
  }

  /** Files dropped on the column are offered for sending. */
  #drops() {
    let depth = 0;
    const mark = (change) => {
      depth = Math.max(0, depth + change);
      this.node.classList.toggle("dropping", depth > 0);
    };
    const files = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    this.node.addEventListener("dragenter", (event) => files(event) && mark(1));
    this.node.addEventListener("dragleave", (event) => files(event) && mark(-1));
    this.node.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
    this.node.addEventListener("drop", (event) => {
      if (!files(event)) return;
      event.preventDefault();
      mark(-depth);
      if (event.dataTransfer.files[0]) this.composer.offer(event.dataTransfer.files[0]);
    });
  }
}

function save(file) {
  const anchor = h("a", { href: api.fileAddress(file.media.file_id), download: file.name });
  document.body.append(anchor);
  anchor.click();
  anchor.remove();
}
