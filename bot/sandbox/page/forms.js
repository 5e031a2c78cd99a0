/**
 * The dialogs in which a person gives something: a file, a forwarded text, a place, a new person, group or channel.
 * Each resolves to what was given, or null.
 */
import { addChat, addPerson, setMembership } from "./api.js";
import { h, sizeText, toast } from "./dom.js";
import { originFields } from "./origin.js";
import { LANGUAGES, nameOf } from "./people.js";
import { actions, button, choice, field, openDialog } from "./popup.js";
import { world } from "./world.js";

const KINDS = [["voice", "Voice note"], ["audio", "Audio (music player)"], ["video_note", "Round video message"], ["video", "Video"], ["photo", "Photo"], ["document", "File, as it is"]];

/** A form in a dialog: `run` may fail with one sentence, then the dialog stays. */
function formDialog(title, submit, content, run) {
  return openDialog(title, (close) => {
    const problem = h("p", { class: "problem", role: "alert" });
    const form = h("form", { novalidate: false }, content, problem,
      actions(button(submit, null, "primary", "submit"), button("Cancel", () => close(), "plain")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const ok = form.querySelector(".button.primary");
      ok.disabled = true;
      problem.textContent = "";
      try {
        close(await run());
      } catch (error) {
        problem.textContent = error.message;
        ok.disabled = false;
      }
    });
    return form;
  });
}

/** How Telegram would send a file of this type when it is simply picked. */
export function usualKind(file) {
  if (/\.(opus|oga|ogg)$/i.test(file.name) || file.type === "audio/ogg") return "voice";
  if (file.type.startsWith("image/") && !/svg|gif/.test(file.type)) return "photo";
  if (file.type.startsWith("video/")) return "video";
  if (file.type.startsWith("audio/")) return "audio";
  return "document";
}

/** What to do with a picked file: {kind, file, caption, forward_origin}. `kind` fixes the kind beforehand. */
export function fileForm(file, me, kind = usualKind(file)) {
  const kinds = choice(KINDS, kind, { name: "kind" });
  const caption = h("input", { name: "caption", maxlength: "1024", autocomplete: "off", placeholder: "none" });
  const origin = originFields(me);
  const address = URL.createObjectURL(file);
  const preview = file.type.startsWith("image/")
    ? h("img", { class: "preview", src: address, alt: "" })
    : file.type.startsWith("audio/") ? h("audio", { class: "preview", src: address, controls: true }) : null;
  const done = formDialog("Send file", "Send", [
    h("p", { class: "file-line" }, h("b", {}, file.name), ` ${sizeText(file.size)}`), preview,
    field("Send as", kinds), field("Caption", caption), origin.node,
  ], async () => ({ kind: kinds.value, file, caption: caption.value.trim(), forward_origin: origin.value() }));
  return done.finally(() => URL.revokeObjectURL(address));
}

/** A text forwarded as from somewhere: {text, forward_origin}. */
export function forwardForm(me, text = "") {
  const words = h("textarea", { name: "text", rows: "4", required: true, maxlength: "4096" });
  words.value = text;
  const origin = originFields(me, { required: true });
  return formDialog("Forward as from …", "Forward", [field("Text", words), origin.node],
    async () => ({ text: words.value, forward_origin: origin.value() }));
}

/** Only an origin: for a message or a file that exists already. */
export function originForm(me) {
  const origin = originFields(me, { required: true });
  return formDialog("Forward as from …", "Forward", [origin.node], async () => origin.value());
}

const PLACES = [
  ["Almaty", 43.2389, 76.8897], ["Astana", 51.1694, 71.4491], ["Shymkent", 42.3417, 69.5901], ["Karaganda", 49.8047, 73.1094],
  ["Aktau", 43.6535, 51.1575], ["Aktobe", 50.2839, 57.167], ["Oral", 51.2333, 51.3667], ["Qyzylorda", 44.8488, 65.4823], ["Öskemen", 49.9749, 82.6017],
  ["Bishkek", 42.8746, 74.5698], ["Osh", 40.514, 72.8161], ["Tashkent", 41.2995, 69.2401], ["Dushanbe", 38.5598, 68.787],
  ["Moscow", 55.7558, 37.6173], ["Istanbul", 41.0082, 28.9784], ["Berlin", 52.52, 13.405], ["London", 51.5074, -0.1278], ["New York", 40.7128, -74.006],
];

/** A pin: {latitude, longitude}. */
export function placeForm() {
  const places = choice([...PLACES.map(([name], i) => [i, name]), ["", "Other coordinates"]], 0, { name: "place" });
  const number = (name, limit) => h("input", { type: "number", step: "any", required: true, name, min: String(-limit), max: String(limit) });
  const latitude = number("latitude", 90);
  const longitude = number("longitude", 180);
  const fill = () => {
    if (places.value === "") { latitude.focus(); return; }
    [, latitude.value, longitude.value] = PLACES[Number(places.value)];
  };
  places.addEventListener("change", fill);
  for (const input of [latitude, longitude]) input.addEventListener("input", () => { places.value = ""; });
  fill();
  return formDialog("Send a location", "Send pin", [
    field("Place", places),
    h("div", { class: "field-row" }, field("Latitude", latitude), field("Longitude", longitude)),
  ], async () => ({ latitude: Number(latitude.value), longitude: Number(longitude.value) }));
}

/** A new person, created: the User. */
export function personForm() {
  const name = h("input", { name: "first_name", required: true, maxlength: "64", autocomplete: "off", autofocus: true, placeholder: "Aigerim" });
  const username = h("input", { name: "username", maxlength: "32", pattern: "[A-Za-z][A-Za-z0-9_]{3,31}", autocomplete: "off", placeholder: "none" });
  const language = choice(LANGUAGES.map(([code, english, own]) => [code, own === english ? english : `${own} (${english})`]), "kk", { name: "language_code" });
  const other = h("input", { name: "other_language", maxlength: "8", pattern: "[a-z]{2,3}(-[A-Za-z0-9]{2,4})?", autocomplete: "off", placeholder: "as chosen above" });
  return formDialog("Add a person", "Add", [
    field("Name", name), field("Telegram's language", language), field("Another language", other, "A code such as uz, to see what the bot does with it."),
    field("Username", username),
  ], () => addPerson({
    first_name: name.value.trim(), language_code: other.value || language.value, ...(username.value ? { username: username.value } : {}),
  }));
}

/** A new group or channel with the bot in it, created: the Chat. */
export function chatForm(me, type = "supergroup", { botIsAdmin = null } = {}) {
  const isChannel = type === "channel";
  const title = h("input", { name: "title", required: true, maxlength: "128", autocomplete: "off", autofocus: true, placeholder: isChannel ? "My channel" : "My group" });
  const others = [...world.people.values()].filter((person) => person.id !== me.id);
  const boxes = others.map((person) => h("label", { class: "tick" }, h("input", { type: "checkbox", value: person.id, checked: !isChannel }), nameOf(person)));
  const admin = h("input", { type: "checkbox", name: "bot-admin", checked: botIsAdmin ?? isChannel });
  return formDialog(isChannel ? "New channel" : "New group", "Create", [
    field("Title", title),
    boxes.length ? h("fieldset", {}, h("legend", {}, isChannel ? "Subscribers" : "Members"), boxes) : null,
    h("label", { class: "tick" }, admin, "The bot is an administrator"),
  ], () => {
    const members = boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => Number(box.value));
    return addChat({ type, title: title.value.trim(), members: [me.id, ...members], admins: [me.id, ...(admin.checked ? [world.bot.id] : [])] });
  });
}

const ADMINS = new Set(["creator", "administrator"]);
const OUTSIDE = new Set(["left", "kicked"]);

/** Whether a chat is what a request_chat button asks for, as far as the sandbox knows rights: administrators have all. */
function fits(chat, me, request) {
  if (chat.type === "private" || (chat.type === "channel") !== Boolean(request.chat_is_channel)) return false;
  if (request.chat_has_username !== undefined && Boolean(chat.username) !== request.chat_has_username) return false;
  if (request.chat_is_created && world.statusIn(chat, me.id) !== "creator") return false;
  if (request.bot_is_member && OUTSIDE.has(chat.bot_status)) return false;
  return !(request.user_administrator_rights || request.bot_administrator_rights) || ADMINS.has(world.statusIn(chat, me.id));
}

/** One chat of the person that fits a request_chat button, or a new one: the ChatShared. The bot gets its rights there. */
export async function chooseChat(me, request) {
  const id = await pickChat(me, request);
  if (!id) return null;
  const chat = world.chat(id) ?? {};
  if (request.bot_administrator_rights && chat.bot_status && !ADMINS.has(chat.bot_status)) {
    await setMembership(id, world.bot.id, "administrator");
  }
  return {
    request_id: request.request_id, chat_id: id,
    ...(request.request_title && chat.title ? { title: chat.title } : {}),
    ...(request.request_username && chat.username ? { username: chat.username } : {}),
  };
}

async function pickChat(me, request) {
  const wanted = request.chat_is_channel ? "channel" : "supergroup";
  const fitting = world.chatsOf(me.id).filter((chat) => fits(chat, me, request));
  const picked = await openDialog(request.chat_is_channel ? "Choose a channel" : "Choose a group", (close) => [
    h("div", { class: "list" }, fitting.map((chat) => h("button", { type: "button", class: "list-item", on: { click: () => close(chat.id) } }, chat.title))),
    fitting.length ? null : h("p", {}, `${nameOf(me)} has none yet.`),
    actions(button(request.chat_is_channel ? "New channel" : "New group", () => close("new"), fitting.length ? "plain" : "primary"), button("Cancel", () => close(), "plain")),
  ]);
  if (picked !== "new") return picked;
  const made = await chatForm(me, wanted, { botIsAdmin: Boolean(request.bot_administrator_rights || request.bot_is_member) || request.chat_is_channel });
  if (made) world.chats.set(made.id, made);
  return made?.id ?? null;
}

/** People for a request_users button: their ids. */
export function chooseUsers(me, request) {
  const others = [...world.people.values()].filter((person) => person.id !== me.id);
  const boxes = others.map((person) => h("label", { class: "tick" }, h("input", { type: "checkbox", value: person.id }), nameOf(person)));
  return formDialog("Choose people", "Share", boxes.length ? boxes : [h("p", {}, "Nobody else is here yet: add a person first.")], async () => {
    const ids = boxes.map((box) => box.querySelector("input")).filter((box) => box.checked).map((box) => Number(box.value));
    if (!ids.length) throw new Error("Choose at least one person.");
    return ids.slice(0, request.max_quantity ?? 1);
  });
}

/** Text to the clipboard, saying so. */
export async function copyText(text, host) {
  try {
    await navigator.clipboard.writeText(text);
    toast(host, "Copied");
  } catch {
    toast(host, "The browser did not allow copying");
  }
}
