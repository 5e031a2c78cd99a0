/**
 * The bottom of a column: what the person says, records, attaches; the bot's commands and its reply keyboard.
 */
import * as api from "./api.js";
import { durationText, h, icon, iconButton, toast } from "./dom.js";
import { chooseChat, chooseUsers, fileForm, forwardForm, placeForm } from "./forms.js";
import { InlineMode } from "./inline.js";
import { summary } from "./media.js";
import { commandsFor, nameOf } from "./people.js";
import { confirmBox, openMenu } from "./popup.js";
import { startRecording } from "./recorder.js";
import { world } from "./world.js";

/** `column`: {person(), chat(), host(), sent()}. */
export class Composer {
  #column;
  #replyTo = null;
  #keyboardOpen = true;
  #keyboardFor = null;
  #drafts = new Map();
  #draftChat = null;
  #recording = null;
  #inline;

  constructor(column) {
    this.#column = column;
    this.input = h("textarea", { rows: "1", placeholder: "Message", "aria-label": "Message", maxlength: "8192", enterkeyhint: "send", autocomplete: "off" });
    this.send = iconButton("send", "Send", () => this.#submit(), { class: "icon-button send", hidden: true });
    this.mic = iconButton("mic", "Record a voice note", () => this.#record(), { class: "icon-button mic" });
    this.menu = h("button", { type: "button", class: "commands-button", "aria-label": "Commands", "aria-haspopup": "menu", on: { click: () => this.#commands() } }, icon("menu"), h("span", {}, "Menu"));
    this.keys = iconButton("keyboard", "Bot keyboard", () => this.#toggleKeyboard(), { hidden: true, class: "icon-button keys" });
    this.file = h("input", { type: "file", hidden: true, "aria-label": "Pick a file" });
    this.file.addEventListener("change", () => {
      const picked = this.file.files[0];
      const kind = this.file.dataset.kind || undefined;
      this.file.value = "";
      if (picked) this.offer(picked, kind);
    });
    this.replyBar = h("div", { class: "reply-bar", hidden: true });
    this.suggestions = h("div", { class: "suggestions", hidden: true, role: "listbox", "aria-label": "Suggestions" });
    this.bar = h("div", { class: "bar" }, this.menu, this.input, this.keys,
      iconButton("clip", "Attach", (event) => this.#attach(event.currentTarget), { class: "icon-button clip", "aria-haspopup": "menu" }), this.mic, this.send, this.file);
    this.recordBar = h("div", { class: "bar record-bar", hidden: true });
    this.replyKeyboard = h("div", { class: "reply-keyboard", role: "group", "aria-label": "Bot keyboard", hidden: true });
    this.big = h("button", { type: "button", class: "big-button" });
    this.node = h("footer", { class: "composer" }, this.suggestions, this.replyBar, this.bar, this.recordBar, this.big, this.replyKeyboard);
    this.#inline = new InlineMode({
      list: this.suggestions,
      fields: () => this.fields,
      done: () => this.#clear(),
      sent: () => this.#column.sent(),
      start: (parameter) => { this.#clear(); this.say(`/start ${parameter}`); },
      failed: (error) => toast(this.#column.host(), error.message, "error"),
    });
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.files?.[0];
      if (pasted) { event.preventDefault(); this.offer(pasted); }
    });
  }

  get fields() {
    const chat = this.#column.chat();
    return { from: this.#column.person().id, ...(chat.type === "private" ? {} : { chat: chat.id }) };
  }

  /** Show what this chat allows now: a start button, an unblock button, the input. */
  refresh() {
    const person = this.#column.person();
    const chat = this.#column.chat();
    if (this.#draftChat !== chat.id) {
      if (this.#draftChat !== null) this.#drafts.set(this.#draftChat, this.input.value);
      this.#draftChat = chat.id;
      this.input.value = this.#drafts.get(chat.id) ?? "";
      this.setReply(null);
      this.#typed();
    }
    const status = world.statusIn(chat, person.id);
    const readOnly = chat.type === "channel" && !["creator", "administrator"].includes(status);
    let big = null;
    if (chat.type === "private" && person.blocked) big = ["Unblock the bot", () => this.#unblock()];
    else if (chat.type === "private" && !person.started) big = ["Start", () => this.say("/start")];
    else if (readOnly) big = ["Only administrators can post", null];
    this.big.hidden = !big;
    this.bar.hidden = Boolean(big) || Boolean(this.#recording);
    if (big) {
      this.big.textContent = big[0];
      this.big.disabled = !big[1];
      this.big.onclick = big[1];
    }
    this.menu.hidden = !commandsFor(person, chat).length;
    this.#drawKeyboard(Boolean(big));
  }

  /** Send a text as this person. */
  async say(text, extra = {}) {
    const reply = this.#replyTo;
    this.setReply(null);
    await this.#try(() => api.sendMessage({ ...this.fields, text, ...(reply ? { reply_to: reply.message_id } : {}), ...extra }));
  }

  /** Put words into the input, for the person to finish. */
  prefill(text) {
    this.input.value = text;
    this.#typed();
    this.input.focus();
  }

  /** Ask how to send a file, then send it. */
  async offer(file, kind) {
    const given = await fileForm(file, this.#column.person(), kind);
    if (!given) return;
    const reply = this.#replyTo;
    this.setReply(null);
    await this.#try(() => api.sendFile(given.kind, given.file, given.file.name, {
      ...this.fields, caption: given.caption, forward_origin: given.forward_origin, reply_to: reply?.message_id,
    }));
  }

  setReply(message) {
    this.#replyTo = message;
    this.replyBar.hidden = !message;
    this.replyBar.replaceChildren();
    if (!message) return;
    this.replyBar.append(icon("reply"), h("div", { class: "reply-bar-text" }, h("b", {}, nameOf(message.from ?? message.sender_chat)), h("span", {}, summary(message))),
      iconButton("close", "Don't reply", () => this.setReply(null)));
    this.input.focus();
  }

  async #try(run) {
    try {
      const answer = await run();
      this.#column.sent();
      return answer;
    } catch (error) {
      toast(this.#column.host(), error.message, "error");
      return null;
    }
  }

  #unblock() {
    return this.#try(() => api.setMembership(this.#column.person().id, this.#column.person().id, "member"));
  }

  #typed() {
    this.input.style.height = "auto";
    if (this.input.value) this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
    else this.input.style.height = "";
    const empty = !this.input.value.trim();
    this.send.hidden = empty;
    this.mic.hidden = !empty;
    this.#suggest();
  }

  #suggest() {
    if (this.#inline.follow(this.input.value)) return;
    const match = /^\/(\w*)$/.exec(this.input.value);
    const found = match ? commandsFor(this.#column.person(), this.#column.chat()).filter((item) => item.command.startsWith(match[1].toLowerCase())) : [];
    this.suggestions.hidden = !found.length;
    this.suggestions.replaceChildren(...found.map((item, i) => h("button", {
      type: "button", role: "option", "aria-selected": String(i === 0), class: "suggestion",
      on: { click: () => { this.input.value = ""; this.#typed(); this.say(`/${item.command}`); this.input.focus(); } },
    }, h("b", {}, `/${item.command}`), h("span", {}, item.description))));
  }

  #key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#submit();
    } else if (event.key === "Tab" && !event.shiftKey && !this.suggestions.hidden) {
      event.preventDefault();
      const first = this.suggestions.querySelector("[aria-selected=true] b")?.textContent;
      if (first?.startsWith("/")) this.input.value = `${first} `;
      this.#typed();
    } else if (event.key === "Escape") {
      this.suggestions.hidden = true;
      this.setReply(null);
    }
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text || (this.#inline.follow(this.input.value) && this.#inline.first())) return;
    this.#clear();
    this.say(text);
  }

  #clear() {
    this.input.value = "";
    this.#typed();
    this.input.focus();
  }

  #commands() {
    const list = commandsFor(this.#column.person(), this.#column.chat());
    openMenu(this.menu, list.map((item) => ({ label: `/${item.command}`, hint: item.description, run: () => this.say(`/${item.command}`) })), { label: "Commands" });
  }

  #attach(anchor) {
    const pick = (kind, accept) => () => {
      this.file.dataset.kind = kind;
      this.file.accept = accept;
      this.file.click();
    };
    openMenu(anchor, [
      { label: "Photo", icon: "eye", run: pick("photo", "image/*") },
      { label: "Voice note from a file", icon: "mic", run: pick("voice", "audio/*,.ogg,.oga,.opus,.webm") },
      { label: "Audio", icon: "play", run: pick("audio", "audio/*") },
      { label: "Round video message", icon: "user", run: pick("video_note", "video/*") },
      { label: "File", icon: "file", run: pick("", "") },
      { label: "Location", icon: "pin", run: () => this.#place() },
      "-",
      { label: "Forward a text as from …", icon: "forward", run: () => this.#forward() },
    ], { label: "Attach" });
  }

  async #place() {
    const location = await placeForm();
    if (location) await this.#try(() => api.sendMessage({ ...this.fields, location }));
  }

  async #forward() {
    const given = await forwardForm(this.#column.person(), this.input.value);
    if (!given) return;
    this.input.value = "";
    this.#typed();
    await this.#try(() => api.sendMessage({ ...this.fields, ...given }));
  }

  async #record() {
    let recording;
    try {
      recording = await startRecording();
    } catch (error) {
      toast(this.#column.host(), error.message, "error");
      return;
    }
    this.#recording = recording;
    const time = h("span", { class: "record-time", role: "timer" }, "0:00");
    const level = h("span", { class: "record-level" });
    const tick = setInterval(() => {
      time.textContent = durationText(Math.floor(recording.seconds()));
      level.style.setProperty("--level", recording.level().toFixed(2));
    }, 100);
    const end = () => {
      clearInterval(tick);
      this.#recording = null;
      this.recordBar.hidden = true;
      this.refresh();
    };
    const cancel = iconButton("bin", "Throw the recording away", async () => { await recording.cancel(); end(); }, { class: "icon-button danger" });
    const done = iconButton("send", "Send the voice note", async () => {
      done.disabled = true;
      const { blob, name } = await recording.stop();
      end();
      await this.#try(() => api.sendFile("voice", blob, name, this.fields));
    }, { class: "icon-button send" });
    this.recordBar.replaceChildren(cancel, h("span", { class: "record-dot" }), time, level, h("span", { class: "record-words" }, "Recording …"), done);
    this.recordBar.hidden = false;
    this.bar.hidden = true;
    done.focus();
  }

  /** The bot's reply keyboard in this chat: the last message of the bot that shows or removes one decides. */
  #currentKeyboard() {
    const chat = this.#column.chat();
    for (const message of world.list(chat.id).reverse()) {
      const markup = message.from?.is_bot ? message.reply_markup : null;
      if (markup?.keyboard) return { message, markup };
      if (markup?.remove_keyboard) return null;
      if (markup?.force_reply) return { message, markup, force: true };
    }
    return null;
  }

  #drawKeyboard(covered) {
    const current = covered ? null : this.#currentKeyboard();
    const id = current?.message.message_id ?? null;
    if (id !== this.#keyboardFor) {
      this.#keyboardFor = id;
      this.#keyboardOpen = true;
      if (current?.force && world.list(this.#column.chat().id).at(-1) === current.message) this.setReply(current.message);
    }
    this.input.placeholder = current?.markup.input_field_placeholder || "Message";
    const shown = Boolean(current) && !current.force;
    this.keys.hidden = !shown;
    this.replyKeyboard.hidden = !shown || !this.#keyboardOpen;
    if (!shown) return;
    this.keys.setAttribute("aria-pressed", String(this.#keyboardOpen));
    this.replyKeyboard.replaceChildren(...current.markup.keyboard.map((row) => h("div", { class: "keyboard-row" }, row.map((item) => {
      const key = typeof item === "string" ? { text: item } : item;
      return h("button", { type: "button", class: `key ${key.style ?? ""}`, on: { click: () => this.#replyKey(key, current.markup) } }, h("span", {}, key.text));
    }))));
  }

  #toggleKeyboard() {
    this.#keyboardOpen = !this.#keyboardOpen;
    this.refresh();
  }

  async #replyKey(key, markup) {
    const me = this.#column.person();
    let message = { text: key.text };
    if (key.request_contact) {
      if (!(await confirmBox("Share your phone number?", "The bot will see it.", "Share"))) return;
      message = { contact: { phone_number: `+7701${String(me.id).slice(-7).padStart(7, "0")}`, first_name: me.first_name, user_id: me.id } };
    } else if (key.request_location) {
      const location = await placeForm();
      if (!location) return;
      message = { location };
    } else if (key.request_chat) {
      const chat = await chooseChat(me, key.request_chat);
      if (!chat) return;
      message = { chat_shared: chat };
    } else if (key.request_users) {
      const ids = await chooseUsers(me, key.request_users);
      if (!ids) return;
      message = { users_shared: { request_id: key.request_users.request_id, users: ids.map((id) => ({ user_id: id, first_name: world.people.get(id).first_name })) } };
    }
    const sent = await this.#try(() => api.sendMessage({ ...this.fields, ...message }));
    if (sent && markup.one_time_keyboard) {
      this.#keyboardOpen = false;
      this.refresh();
    }
  }
}
