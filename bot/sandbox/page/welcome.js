/**
 * The first thing a new visitor sees: three ready people, one tap each.
 */
import { h } from "./dom.js";
import { avatar, botDescription, botName, LANGUAGES, READY_PEOPLE } from "./people.js";

/** `begin(person)` creates the person and says /start; `other()` asks for another one. */
export function welcome(begin, other) {
  return h("section", { class: "welcome" },
    h("div", { class: "welcome-card" },
      avatar({ is_bot: true, first_name: botName() }, 76),
      h("h1", {}, botName()),
      h("p", { class: "welcome-words" }, botDescription() || "A Telegram bot, running here on your machine. Everything you see stays here."),
      h("h2", {}, "Start chatting as"),
      h("div", { class: "welcome-people" }, READY_PEOPLE.map((person, i) => h("button", {
        type: "button", class: "welcome-person", on: { click: () => begin(person) },
      }, avatar({ id: i + 1, first_name: person.first_name }, 46),
      h("span", {}, h("b", {}, person.first_name), h("small", {}, LANGUAGES.find(([code]) => code === person.language_code)[2]))))),
      h("button", { type: "button", class: "button plain", on: { click: other } }, "Somebody else …"),
      h("p", { class: "welcome-foot" }, "This is a sandbox: a small Telegram of its own. Nothing leaves this computer.")));
}
