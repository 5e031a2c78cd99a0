/**
 * People and chats as the page shows them: names, avatars, languages, each viewer's time zone, the bot's words
 * in a person's language.
 */
import { h, icon } from "./dom.js";
import { DEFAULT_ZONE, isZone } from "./dates.js";
import { world } from "./world.js";

export const LANGUAGES = [["kk", "Kazakh", "Қазақша"], ["ru", "Russian", "Русский"], ["en", "English", "English"]];

/** Three people to begin with, one for each language. */
export const READY_PEOPLE = [
  { first_name: "Aigerim", language_code: "kk" },
  { first_name: "Dmitry", language_code: "ru" },
  { first_name: "Emma", language_code: "en" },
];

export const languageName = (code) => LANGUAGES.find(([id]) => id === code)?.[1] ?? code ?? "no language";

/** A user's or chat's name. */
export function nameOf(who) {
  if (!who) return "Unknown";
  return who.title ?? ([who.first_name, who.last_name].filter(Boolean).join(" ") || "No name");
}

/** A coloured circle with initials; channels and groups carry their sign. */
export function avatar(who, size = 40) {
  const name = nameOf(who);
  const letters = [...name.replace(/[^\p{L}\p{N} ]/gu, "").trim()];
  const sign = who?.type === "channel" ? "channel" : who?.type?.includes("group") ? "group" : null;
  const colour = Math.abs(Number(who?.id) || 0) % 7;
  return h("span", { class: `avatar c${who?.is_bot ? "-bot" : colour}`, "aria-hidden": "true", vars: { "--size": `${size}px` } },
    sign ? icon(sign) : letters[0]?.toUpperCase() ?? "?");
}

/** Colour class of a name in a group. */
export const nameColour = (who) => `n${Math.abs(Number(who?.id) || 0) % 7}`;

const zoneKey = (personId) => `sandbox.zone.${personId}`;

/** The zone in which this person's column shows times. */
export function zoneOf(personId) {
  const zone = localStorage.getItem(zoneKey(personId));
  return zone && isZone(zone) ? zone : DEFAULT_ZONE;
}

export function setZone(personId, zone) {
  localStorage.setItem(zoneKey(personId), zone);
  world.dispatchEvent(new Event("state"));
}

/** A text of the bot kept per language ("" is the default), in the person's language. */
export function inLanguage(texts, language) {
  return texts?.[language] || texts?.[""] || "";
}

export const botName = (person) => inLanguage(world.bot.names, person?.language_code) || nameOf(world.bot);
export const botDescription = (person) => inLanguage(world.bot.descriptions, person?.language_code);

/** Commands offered to a person in a chat: the narrowest scope that has a list, their language first, as Telegram looks them up. */
export function commandsFor(person, chat) {
  const lists = world.bot.commands ?? [];
  const isPrivate = chat.type === "private";
  const isAdmin = !isPrivate && ["creator", "administrator"].includes(world.statusIn(chat, person.id));
  const scopes = isPrivate
    ? [["chat", chat.id], ["all_private_chats"], ["default"]]
    : [["chat_member", chat.id, person.id], ...(isAdmin ? [["chat_administrators", chat.id]] : []), ["chat", chat.id],
       ...(isAdmin ? [["all_chat_administrators"]] : []), ["all_group_chats"], ["default"]];
  for (const [type, chatId, userId] of scopes) {
    for (const language of [person.language_code, ""]) {
      const found = lists.find((list) => list.scope.type === type && (list.language_code ?? "") === language
        && (chatId === undefined || Number(list.scope.chat_id) === chatId) && (userId === undefined || list.scope.user_id === userId));
      if (found?.commands.length) return found.commands;
    }
  }
  return [];
}
