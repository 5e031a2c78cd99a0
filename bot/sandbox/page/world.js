/**
 * What the page knows of the sandbox. One long poll follows everything (a browser gives a host only six connections);
 * it tells which chats changed, and those that are looked at are read.
 *
 * Fires on `world`: "state", "messages" (detail: chat id), "actions" (detail: chat id), "online" (detail: bool).
 */
import * as api from "./api.js";

const POLL_S = 25;
const RETRY_MS = 1500;
const DRAFT_ID = Number.MAX_SAFE_INTEGER;
const GONE = new Set(["left", "kicked"]);

class World extends EventTarget {
  /** id → User with `started`, `blocked`, `commands`, `bot_name`, `bot_description`, `last_message`, `revision`. */
  people = new Map();
  /** id → Chat with `members` [{user, status, commands}]; groups and channels only. */
  chats = new Map();
  bot = { id: 0, is_bot: true, first_name: "Bot" };
  loaded = false;
  online = true;

  /** chat id → {revision, messages: id → Message, draft, action: {name, until}}. */
  #held = new Map();
  #watched = new Set();
  #reading = new Map();
  #revision = -1;
  #drawn = "";
  #clockUnix = Date.now() / 1000;
  #clockAt = performance.now();

  /** The sandbox's time, Unix seconds; runs on between two answers of the server. */
  now() {
    return this.#clockUnix + (performance.now() - this.#clockAt) / 1000;
  }

  #setNow(iso) {
    const unix = Date.parse(iso) / 1000;
    if (!Number.isFinite(unix)) return;
    this.#clockUnix = unix;
    this.#clockAt = performance.now();
  }

  /** A chat; a person's id is their private chat with the bot. */
  chat(chatId) {
    if (this.people.has(chatId)) return { ...this.people.get(chatId), type: "private" };
    return this.chats.get(chatId) ?? null;
  }

  /** Chats of a person: the private one first, then groups and channels that they belong to. */
  chatsOf(personId) {
    const own = [...this.chats.values()].filter((chat) => !chat.migrated_to && !GONE.has(this.statusIn(chat, personId)));
    return [this.chat(personId), ...own].filter(Boolean);
  }

  /** How a user stands in a group or channel. */
  statusIn(chat, userId) {
    return (chat.members ?? []).find((member) => member.user === userId)?.status ?? "left";
  }

  /** Messages of a watched chat, oldest first; a text that the bot is still writing comes last. */
  list(chatId) {
    const held = this.#held.get(chatId);
    if (!held) return [];
    const all = [...held.messages.values()].sort((a, b) => a.message_id - b.message_id);
    if (held.draft?.text) all.push({ ...held.draft, message_id: DRAFT_ID, chat: { id: chatId }, from: this.bot, date: Math.floor(this.now()), by_bot: true, is_draft: true });
    return all;
  }

  /** Whether the chat has been read: else nothing is known of it yet. */
  isRead(chatId) {
    return this.#held.has(chatId);
  }

  /** What the bot is doing in a chat ("typing"), or null. */
  actionIn(chatId) {
    const action = this.#held.get(chatId)?.action;
    return action && action.until > performance.now() ? action.name : null;
  }

  /** Keep exactly these chats read. */
  watch(chatIds) {
    this.#watched = new Set(chatIds);
    return this.#readChanged();
  }

  /** Follow the sandbox for as long as the page is open. */
  async follow() {
    for (;;) {
      try {
        await this.#take(await api.getState(this.#revision, this.loaded ? POLL_S : 0));
        this.#setOnline(true);
      } catch (error) {
        if (!(error instanceof api.ApiError)) console.error(error);
        this.#setOnline(false);
        // Perhaps another sandbox answers next time: nothing held is sure any more.
        this.#revision = -1;
        this.#held.clear();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  /** Read people, chats and the bot now. */
  async refresh() {
    await this.#take(await api.getState(-1, 0));
  }

  async #take(state) {
    this.#revision = state.revision;
    this.#setNow(state.now);
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.chats = new Map(state.chats.map((chat) => [chat.id, chat]));
    this.bot = state.bot;
    for (const id of this.#held.keys()) if (!this.chat(id)) this.#held.delete(id);
    // Revisions and last messages change with every message: only the rest asks for new headers and lists.
    const drawn = JSON.stringify([state.people, state.chats, state.bot], (key, value) => (VOLATILE.has(key) ? undefined : value));
    const changed = drawn !== this.#drawn || !this.loaded;
    this.#drawn = drawn;
    this.loaded = true;
    if (changed) this.dispatchEvent(new Event("state"));
    else this.dispatchEvent(new Event("last"));
    await this.#readChanged();
  }

  #readChanged() {
    return Promise.all([...this.#watched].map((id) => {
      const chat = this.chat(id);
      if (!chat) return null;
      const held = this.#held.get(id);
      return held && held.revision === chat.revision ? null : this.#read(id);
    }));
  }

  /** Bring one chat up to date; a second wish while it is being read is the same reading. */
  #read(chatId) {
    if (!this.#reading.has(chatId)) {
      this.#reading.set(chatId, this.#readOnce(chatId).finally(() => this.#reading.delete(chatId)));
    }
    return this.#reading.get(chatId);
  }

  async #readOnce(chatId) {
    let held = this.#held.get(chatId);
    if (held && held.revision > (this.chat(chatId)?.revision ?? 0)) held = null;
    let answer;
    try {
      answer = await api.getMessages(chatId, held ? held.revision : -1);
    } catch (error) {
      if (error.status === 404) return;
      throw error;
    }
    held ??= { messages: new Map() };
    this.#held.set(chatId, held);
    held.revision = answer.revision;
    held.draft = answer.draft;
    for (const message of answer.messages) held.messages.set(message.message_id, message);
    for (const id of answer.deleted) held.messages.delete(id);
    this.#setNow(answer.now);
    const left = answer.action?.left_s ?? 0;
    held.action = answer.action ? { name: answer.action.action, until: performance.now() + left * 1000 } : null;
    if (left) setTimeout(() => this.dispatchEvent(new CustomEvent("actions", { detail: chatId })), left * 1000 + 50);
    this.dispatchEvent(new CustomEvent("messages", { detail: chatId }));
    this.dispatchEvent(new CustomEvent("actions", { detail: chatId }));
  }

  #setOnline(online) {
    if (this.online === online) return;
    this.online = online;
    this.dispatchEvent(new CustomEvent("online", { detail: online }));
  }
}

const VOLATILE = new Set(["revision", "last_message", "pending_updates", "followers"]);

export const world = new World();
