/**
 * Inline mode: "@bot words" typed in any chat asks the bot; a tap on a result sends it into the chat.
 */
import * as api from "./api.js";
import { h } from "./dom.js";
import { world } from "./world.js";

const WAIT_MS = 350;

/** The words after the bot's name, or null where the text does not begin with it. */
export function inlineQuery(text, username) {
  const name = `@${username}`;
  if (!username || text.slice(0, name.length).toLowerCase() !== name.toLowerCase()) return null;
  const rest = text.slice(name.length);
  return /^\s/.test(rest) ? rest.trim() : null;
}

/** Asks while the person types and draws what comes back. `host`: {list, fields(), done(), sent(), start(parameter), failed(error)}. */
export class InlineMode {
  #host;
  #asked = null;
  #timer = 0;

  constructor(host) {
    this.#host = host;
  }

  /** Follow what is in the input; true while it is an inline question. */
  follow(text) {
    const query = inlineQuery(text, world.bot.username);
    if (query === this.#asked) return query !== null;
    this.#asked = query;
    clearTimeout(this.#timer);
    if (query === null) return false;
    if (this.#host.list.hidden) this.#draw(this.#line("Asking the bot …"));
    this.#timer = setTimeout(() => this.#ask(query), WAIT_MS);
    return true;
  }

  /** Send the first result, as Enter does; false where there is none. */
  first() {
    const row = this.#host.list.querySelector(".result");
    row?.click();
    return Boolean(row);
  }

  async #ask(query) {
    let answer;
    try {
      answer = await api.askInline({ ...this.#host.fields(), query });
    } catch (error) {
      if (query === this.#asked) this.#draw(error.status === 409 ? this.#switchOn(query, error.message) : this.#line(error.message));
      return;
    }
    if (query !== this.#asked) return; // the person typed on
    if (answer.results === null) { this.#draw(this.#line("The bot did not answer in time.")); return; }
    const button = answer.button?.start_parameter
      ? h("button", { type: "button", class: "suggestion inline-action", on: { click: () => this.#host.start(answer.button.start_parameter) } }, answer.button.text) : null;
    const rows = answer.results.map((result, i) => this.#row(answer.query_id, result, i));
    this.#draw(button, rows.length || button ? rows : this.#line("The bot offers nothing for these words."));
  }

  #row(queryId, result, i) {
    return h("button", {
      type: "button", role: "option", "aria-selected": String(i === 0), class: "suggestion result",
      on: { click: () => this.#choose(queryId, result.id) },
    }, h("b", {}, result.title), h("span", {}, result.description || result.text));
  }

  async #choose(queryId, resultId) {
    const fields = this.#host.fields();
    this.#host.done();
    try {
      await api.chooseInline({ ...fields, query_id: queryId, result_id: resultId });
      this.#host.sent();
    } catch (error) {
      this.#host.failed(error);
    }
  }

  #switchOn(query, words) {
    if (!words.startsWith("inline mode is off")) return this.#line(words);
    const run = async () => {
      try {
        await api.setInlineMode(true);
        await this.#ask(query);
      } catch (error) {
        this.#host.failed(error);
      }
    };
    return h("button", { type: "button", class: "suggestion inline-action", on: { click: run } }, "Inline mode is off. Switch it on, as at @BotFather");
  }

  #line(words) {
    return h("p", { class: "suggestion inline-line", role: "status" }, words);
  }

  #draw(...rows) {
    this.#host.list.replaceChildren(...rows.flat().filter(Boolean));
    this.#host.list.hidden = false;
  }
}
