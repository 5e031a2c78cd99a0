/**
 * "Forward as from …": where a message claims to come from, all four kinds of origin.
 */
import { h } from "./dom.js";
import { choice, field } from "./popup.js";
import { nameOf } from "./people.js";
import { world } from "./world.js";

const KINDS = [["", "Not forwarded"], ["user", "A person"], ["hidden_user", "A person who hides the account"], ["chat", "A group, anonymously"], ["channel", "A channel"]];

/** A stand-in id for someone who exists only as a sender: the same name is the same stranger. */
function strangerId(name) {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) % 900000000;
  return 5000000000 + hash;
}

/**
 * The fields. Answers {node, value()} where value is a MessageOrigin or null.
 * `me` is the person sending; `required` leaves "Not forwarded" out.
 */
export function originFields(me, { required = false } = {}) {
  const kind = choice(required ? KINDS.slice(1) : KINDS, required ? "user" : "", { name: "origin" });
  const rest = h("div", { class: "fields" });
  const node = h("div", { class: "fields" }, field(required ? "From" : "Forward as from", kind), rest);
  let read = () => null;

  const date = () => Math.floor(world.now()) - 60;
  const named = (label, value) => h("input", { name: "origin-name", required: true, maxlength: "64", autocomplete: "off", value, "aria-label": label });

  const draw = () => {
    rest.replaceChildren();
    read = () => null;
    if (kind.value === "user") {
      const others = [...world.people.values()].filter((person) => person.id !== me.id);
      const who = choice([...others.map((person) => [person.id, nameOf(person)]), ["", "Someone else"]], others[0]?.id ?? "", { name: "origin-user" });
      const name = named("Name", "Marat");
      const nameField = field("Name", name);
      const toggle = () => { nameField.hidden = who.value !== ""; name.required = !nameField.hidden; };
      who.addEventListener("change", toggle);
      toggle();
      rest.append(field("Person", who), nameField);
      read = () => ({
        type: "user", date: date(),
        sender_user: who.value
          ? plainUser(world.people.get(Number(who.value)))
          : { id: strangerId(name.value), is_bot: false, first_name: name.value.trim() },
      });
    } else if (kind.value === "hidden_user") {
      const name = named("Name", "Saule");
      rest.append(field("Name shown", name, "The account stays unknown to the bot."));
      read = () => ({ type: "hidden_user", date: date(), sender_user_name: name.value.trim() });
    } else if (kind.value) {
      const isChannel = kind.value === "channel";
      const known = [...world.chats.values()].filter((chat) => (chat.type === "channel") === isChannel);
      const who = choice([...known.map((chat) => [chat.id, chat.title]), ["", isChannel ? "Another channel" : "Another group"]], known[0]?.id ?? "", { name: "origin-chat" });
      const name = named("Title", isChannel ? "City news" : "Creators' group");
      const nameField = field("Title", name);
      const signature = h("input", { name: "origin-signature", maxlength: "64", autocomplete: "off", placeholder: "none" });
      const toggle = () => { nameField.hidden = who.value !== ""; name.required = !nameField.hidden; };
      who.addEventListener("change", toggle);
      toggle();
      rest.append(field(isChannel ? "Channel" : "Group", who), nameField, field("Author's signature", signature));
      read = () => {
        const chat = who.value
          ? { id: Number(who.value), type: world.chats.get(Number(who.value)).type, title: world.chats.get(Number(who.value)).title }
          : { id: -1000000000000 - strangerId(name.value), type: isChannel ? "channel" : "supergroup", title: name.value.trim() };
        const signed = signature.value.trim() ? { author_signature: signature.value.trim() } : {};
        return isChannel ? { type: "channel", date: date(), chat, message_id: 1, ...signed } : { type: "chat", date: date(), sender_chat: chat, ...signed };
      };
    }
  };
  kind.addEventListener("change", draw);
  draw();
  return { node, value: () => read() };
}

/** A User with only what the Bot API says of one. */
export function plainUser(user) {
  const { id, is_bot, first_name, last_name, username, language_code } = user;
  return Object.fromEntries(Object.entries({ id, is_bot: Boolean(is_bot), first_name, last_name, username, language_code }).filter(([, value]) => value !== undefined && value !== null));
}

/** The origin a message gets when someone forwards it on. */
export function originOf(message) {
  if (message.forward_origin) return message.forward_origin;
  const date = message.date;
  if (message.sender_chat?.type === "channel") return { type: "channel", date, chat: message.sender_chat, message_id: message.message_id };
  if (message.sender_chat) return { type: "chat", date, sender_chat: message.sender_chat };
  return { type: "user", date, sender_user: plainUser(message.from) };
}
