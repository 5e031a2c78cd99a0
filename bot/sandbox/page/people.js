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

/** The bot's name and description as this person sees them (no person: as set for every language). */
export const botName = (person) => person?.bot_name || world.bot.bot_name || nameOf(world.bot);
export const botDescription = (person) => (person ? person.bot_description : world.bot.bot_description) ?? "";

/** Commands offered to a person in a chat. */
export function commandsFor(person, chat) {
  if (chat.type === "private") return person.commands ?? [];
  return (chat.members ?? []).find((member) => member.user === person.id)?.commands ?? [];
}
