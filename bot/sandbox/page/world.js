/**
 * What the page knows of the sandbox, kept fresh by one long poll for all chats (a browser gives a host only six
 * connections). Fires on `world`: "state", "messages" (detail: set of chat ids), "actions", "online" (detail: bool).
 */
import * as api from "./api.js";

const POLL_S = 25;

class World extends EventTarget {
  /** id → User with `blocked` and `started`. */
  people = new Map();
  /** id → Chat with `members`; groups and channels only. */
  chats = new Map();
  bot = { id: 0, first_name: "Bot" };
  /** chat id → (message id → Message). */
  messages = new Map();
  /** chat id → what the bot is doing there ("typing"). */
  actions = new Map();
  loaded = false;
  online = true;

  #clockUnix = Date.now() / 1000;
  #clockAt = performance.now();
  #revision = 0;
  #stateRevision = null;

  /** The sandbox's time, Unix seconds; runs on between two answers of the server. */
  now() {
    return this.#clockUnix + (performance.now() - this.#clockAt) / 1000;
  }

  setNow(iso) {
    const unix = Date.parse(iso) / 1000;
    if (!Number.isFinite(unix)) return;
    this.#clockUnix = unix;
    this.#clockAt = performance.now();
  }

  /** The chat as one person sees it: their own id is the private chat with the bot. */
  chat(chatId) {
    if (this.people.has(chatId)) return { ...this.people.get(chatId), id: chatId, type: "private" };
    return this.chats.get(chatId) ?? null;
  }

  /** Chats of a person: the private one first, then groups and channels that they belong to. */
  chatsOf(personId) {
    const own = [...this.chats.values()].filter((chat) => !GONE.has(this.statusIn(chat, personId)));
    return [this.chat(personId), ...own].filter(Boolean);
  }

  statusIn(chat, userId) {
    return (chat.members ?? []).find((member) => member.user === userId)?.status ?? "left";
  }

  /** Messages of a chat, oldest first. */
  list(chatId) {
    return [...(this.messages.get(chatId)?.values() ?? [])].sort((a, b) => a.message_id - b.message_id);
  }

  message(chatId, messageId) {
    return this.messages.get(chatId)?.get(messageId) ?? null;
  }

  /** Read people, chats and the bot again. */
  async refresh() {
    const state = await api.getState();
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.chats = new Map(state.chats.filter((chat) => chat.type !== "private").map((chat) => [chat.id, chat]));
    this.bot = state.bot ?? this.bot;
    // After a reset the chats are gone, and with them what was said there.
    for (const id of this.messages.keys()) if (!this.chat(id)) this.messages.delete(id);
    this.setNow(state.now);
    this.loaded = true;
    this.dispatchEvent(new Event("state"));
    return state;
  }

  /** Follow the sandbox for as long as the page is open. */
  async follow() {
    for (;;) {
      try {
        if (!this.loaded) this.#stateRevision = (await this.refresh()).state_revision ?? null;
        this.#take(await api.getChanges(this.#revision, this.#revision === 0 ? 0 : POLL_S));
        this.#setOnline(true);
      } catch (error) {
        this.#setOnline(false);
        if (!(error instanceof api.ApiError)) console.error(error);
        await new Promise((resolve) => setTimeout(resolve, 1500));
      }
    }
  }

  #take(answer) {
    if (answer.revision < this.#revision) {
      // Everything was forgotten (or another sandbox answers now): start over.
      this.messages.clear();
      this.actions.clear();
      this.loaded = false;
      this.#revision = 0;
      this.dispatchEvent(new CustomEvent("messages", { detail: new Set() }));
      return;
    }
    this.#revision = answer.revision;
    this.setNow(answer.now);
    const touched = new Set();
    for (const message of answer.messages) {
      const chatId = message.chat.id;
      if (!this.messages.has(chatId)) this.messages.set(chatId, new Map());
      if (message.deleted) this.messages.get(chatId).delete(message.message_id);
      else this.messages.get(chatId).set(message.message_id, message);
      touched.add(chatId);
    }
    this.actions = new Map((answer.actions ?? []).map((item) => [item.chat, item.action]));
    this.dispatchEvent(new Event("actions"));
    if (touched.size) this.dispatchEvent(new CustomEvent("messages", { detail: touched }));
    const state = answer.state_revision ?? null;
    if (state !== this.#stateRevision) {
      this.#stateRevision = state;
      this.refresh().catch(() => {});
    }
  }

  #setOnline(online) {
    if (this.online === online) return;
    this.online = online;
    this.dispatchEvent(new CustomEvent("online", { detail: online }));
  }
}

const GONE = new Set(["left", "kicked"]);

export const world = new World();
