/**
 * What a message carries besides words: photos, videos, documents, places, contacts.
 */
import { fileAddress } from "./api.js";
import { durationText, h, icon, iconButton, sizeText, svg } from "./dom.js";
import { roundVideo, soundPlayer } from "./player.js";
import { nameOf } from "./people.js";

/** Kinds with a file, in the order in which a message is looked through (an animation also carries a document). */
const FILE_KINDS = ["photo", "video", "animation", "voice", "audio", "video_note", "sticker", "document"];

/** {kind, media, name} of the message's file, or null. A photo's media is its largest size. */
export function fileOf(message) {
  const kind = FILE_KINDS.find((name) => message[name]);
  if (!kind) return null;
  const media = kind === "photo" ? [...message.photo].sort((a, b) => b.width * b.height - a.width * a.height)[0] : message[kind];
  const endings = { photo: "jpg", video: "mp4", animation: "mp4", voice: "ogg", audio: "mp3", video_note: "mp4", sticker: "webp", document: "bin" };
  return { kind, media, name: media.file_name || `${kind}-${message.message_id}.${endings[kind]}` };
}

/** One line about a message: for replies, notices and screen readers. */
export function summary(message) {
  const words = message.text ?? message.caption ?? "";
  if (words) return words.length > 120 ? `${words.slice(0, 120)}…` : words;
  const file = fileOf(message);
  if (file) {
    const names = { photo: "Photo", video: "Video", animation: "GIF", voice: "Voice note", audio: "Audio", video_note: "Video message", sticker: `Sticker ${file.media.emoji ?? ""}`, document: file.name };
    return names[file.kind];
  }
  if (message.venue) return message.venue.title;
  if (message.location) return "Location";
  if (message.contact) return `Contact: ${message.contact.first_name}`;
  if (message.poll) return `Poll: ${message.poll.question}`;
  if (message.dice) return message.dice.emoji;
  return serviceText(message) ?? "Message";
}

/** The text of a service message ("Aigerim joined"), or null for an ordinary one. */
export function serviceText(message) {
  const who = nameOf(message.from ?? message.sender_chat ?? message.chat);
  if (message.new_chat_members) {
    const names = message.new_chat_members.map(nameOf).join(", ");
    return names === who ? `${who} joined` : `${who} added ${names}`;
  }
  if (message.left_chat_member) return nameOf(message.left_chat_member) === who ? `${who} left` : `${who} removed ${nameOf(message.left_chat_member)}`;
  if (message.new_chat_title) return `${who} named this chat “${message.new_chat_title}”`;
  if (message.group_chat_created || message.supergroup_chat_created) return `${who} created the group`;
  if (message.channel_chat_created) return "Channel created";
  if (message.pinned_message) return `${who} pinned “${summary(message.pinned_message)}”`;
  if (message.chat_shared) return `${who} shared the chat ${message.chat_shared.title ?? message.chat_shared.chat_id} with the bot`;
  if (message.users_shared) return `${who} shared ${message.users_shared.users.map((user) => user.first_name ?? user.user_id).join(", ")} with the bot`;
  if (message.migrate_to_chat_id) return "The group became a supergroup";
  if (message.migrate_from_chat_id) return "This supergroup was a group before";
  if (message.write_access_allowed) return `${who} allowed the bot to write`;
  return null;
}

/** The node for a message's media, or null. `host()` is where the column shows notices. */
export function mediaNode(message, host) {
  const file = fileOf(message);
  if (file) return FILE_NODES[file.kind](file, message, host);
  if (message.venue) return place(message.venue.location, message.venue.title, message.venue.address);
  if (message.location) return place(message.location);
  if (message.contact) return contact(message.contact);
  if (message.dice) return h("div", { class: "big-emoji" }, message.dice.emoji, h("small", {}, String(message.dice.value)));
  if (message.poll) return poll(message.poll);
  return null;
}

const FILE_NODES = {
  photo: (file, message) => photo(file, message),
  sticker: (file) => file.media.is_animated || file.media.is_video
    ? h("div", { class: "big-emoji" }, file.media.emoji ?? "🙂")
    : h("img", { class: "sticker", src: fileAddress(file.media.file_id), alt: `Sticker ${file.media.emoji ?? ""}` }),
  video: (file, message) => film(file, message),
  animation: (file, message) => film(file, message, true),
  voice: (file, _, host) => soundPlayer(file.media, "voice", host),
  audio: (file, _, host) => soundPlayer(file.media, "audio", host),
  video_note: (file, _, host) => roundVideo(file.media, host),
  document: (file) => download(file),
};

function frame(media, message, content) {
  const width = media.width || 320;
  const height = media.height || 240;
  const box = h("div", { class: "visual", vars: { "--ratio": `${width} / ${height}`, "--width": `${width}px` } }, content);
  if (message.has_media_spoiler) {
    const veil = h("button", { type: "button", class: "veil", "aria-label": "Hidden picture, show", on: { click: () => veil.remove() } });
    box.append(veil);
  }
  return box;
}

function photo(file, message) {
  const source = fileAddress(file.media.file_id);
  const words = message.caption ? `Photo: ${summary(message)}` : "Photo";
  const open = h("button", { type: "button", class: "photo", "aria-label": `${words}, enlarge`, on: { click: () => lightbox(source, words, file.name) } },
    h("img", { src: source, alt: words, loading: "lazy", width: file.media.width, height: file.media.height }));
  return frame(file.media, message, open);
}

function film(file, message, loop = false) {
  const source = fileAddress(file.media.file_id);
  const video = h("video", { src: source, controls: !loop, loop, autoplay: loop, playsinline: true, preload: "metadata", "aria-label": loop ? "GIF" : `Video, ${durationText(file.media.duration)}` });
  video.muted = loop;
  return frame(file.media, message, video);
}

function download(file) {
  const ending = (file.name.split(".").pop() || "file").slice(0, 4).toUpperCase();
  return h("a", { class: "document", href: fileAddress(file.media.file_id), download: file.name, "aria-label": `Download ${file.name}, ${sizeText(file.media.file_size)}` },
    h("span", { class: "document-sign" }, icon("download"), h("span", {}, ending)),
    h("span", { class: "document-text" }, h("b", {}, file.name), h("small", {}, [sizeText(file.media.file_size), "Download"].filter(Boolean).join(" · "))));
}

function place(location, title = null, address = null) {
  const { latitude, longitude } = location;
  const map = svg("svg", { viewBox: "0 0 260 130", class: "map", "aria-hidden": "true", preserveAspectRatio: "xMidYMid slice" });
  map.append(svg("path", { class: "map-water", d: "M0 96C60 84 90 116 150 108s70-22 110-12v34H0z" }));
  map.append(svg("path", { class: "map-park", d: "M28 16h52v34H28zM190 60h40v22h-40z" }));
  map.append(svg("path", { class: "map-road", d: "M0 62h260M104 0v130M0 20l104 42M104 62l156-44M170 0v96" }));
  const text = `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`;
  return h("div", { class: "place" }, h("div", { class: "place-map" }, map, h("span", { class: "place-pin" }, icon("pin"))),
    h("div", { class: "place-text" }, title ? h("b", {}, title) : null, address ? h("span", {}, address) : null, h("small", {}, text)));
}

function contact(card) {
  return h("div", { class: "contact" }, h("span", { class: "document-sign" }, icon("user")),
    h("span", { class: "document-text" }, h("b", {}, [card.first_name, card.last_name].filter(Boolean).join(" ")), h("small", {}, card.phone_number)));
}

function poll(item) {
  return h("div", { class: "poll" }, h("b", {}, item.question), h("ul", {}, item.options.map((option) => h("li", {}, option.text))));
}

/** A picture over the whole page. */
export function lightbox(source, words, name) {
  const dialog = h("dialog", { class: "lightbox", "aria-label": words });
  const bar = h("div", { class: "lightbox-bar" },
    h("a", { class: "icon-button", href: source, download: name, "aria-label": "Download", title: "Download" }, icon("download")),
    iconButton("close", "Close", () => dialog.close()));
  dialog.append(h("img", { src: source, alt: words }), bar);
  dialog.addEventListener("click", (event) => { if (!event.target.closest("a")) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
