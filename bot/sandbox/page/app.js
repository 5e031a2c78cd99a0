/**
 * The sandbox's chat page: people along the top, a column for each one shown, the clock they share.
 */
import * as api from "./api.js";
import { clockButton } from "./clock.js";
import { Column } from "./column.js";
import { h, icon, iconButton, toast } from "./dom.js";
import { DEFAULT_ZONE } from "./dates.js";
import { personForm } from "./forms.js";
import { avatar, nameOf, zoneOf } from "./people.js";
import { world } from "./world.js";
import { welcome } from "./welcome.js";

const COLUMN_PX = 380;
const THEME_KEY = "sandbox.theme";

const topbar = document.getElementById("topbar");
const stage = document.getElementById("columns");
const columns = new Map();
let active = null;
let shown = [];
const seen = new Map();

const clock = clockButton(() => (active ? zoneOf(active) : DEFAULT_ZONE));
const chips = h("nav", { class: "chips", "aria-label": "People" });
const themeButton = iconButton("moon", "Dark or light", () => setTheme(isDark() ? "light" : "dark"), { class: "icon-button theme" });
topbar.append(chips, clock, themeButton);

const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";

function setTheme(theme) {
  if (theme) {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(THEME_KEY, theme);
  }
  themeButton.replaceChildren(icon(isDark() ? "sun" : "moon"));
  themeButton.setAttribute("aria-label", isDark() ? "Switch to light" : "Switch to dark");
  themeButton.title = themeButton.getAttribute("aria-label");
}

const page = {
  activate(personId) {
    if (active === personId) return;
    active = personId;
    writeHash();
    drawChips();
    clock.redraw();
    markActive();
  },
  close(personId) {
    shown = shown.filter((id) => id !== personId);
    if (active === personId) active = shown.at(-1) ?? null;
    layout();
  },
  chatChanged: () => { writeHash(); watch(); },
  crowded: () => shown.length > 1,
};

/** How many columns fit beside each other. */
const room = () => Math.max(1, Math.floor(innerWidth / COLUMN_PX));

/** Bring a person to the front; on a wide window beside the others. */
function choose(personId) {
  active = personId;
  if (!shown.includes(personId)) {
    const keep = shown.slice(-(room() - 1));
    shown = room() === 1 ? [personId] : [...keep, personId];
  }
  layout();
  if (matchMedia("(pointer: fine)").matches) columns.get(personId)?.composer.input.focus();
}

function layout() {
  shown = shown.filter((id) => world.people.has(id));
  if (!world.people.has(active)) active = null;
  if (!active && world.people.size) active = [...world.people.keys()][0];
  if (active && !shown.includes(active)) shown.push(active);
  while (shown.length > room()) shown.splice(shown.findIndex((id) => id !== active), 1);
  for (const [id, column] of columns) {
    if (!shown.includes(id)) { column.node.remove(); if (!world.people.has(id)) columns.delete(id); }
  }
  if (!world.people.size) {
    if (!stage.querySelector(".welcome")) stage.replaceChildren(welcome(begin, addOther));
  } else {
    stage.querySelector(".welcome")?.remove();
    shown.forEach((id, i) => {
      if (!columns.has(id)) columns.set(id, new Column(id, page));
      const column = columns.get(id);
      if (stage.children[i] !== column.node) stage.insertBefore(column.node, stage.children[i] ?? null);
      column.refresh();
    });
  }
  watch();
  stage.dataset.count = String(shown.length);
  markActive();
  drawChips();
  writeHash();
  clock.redraw();
  document.title = active ? `${nameOf(world.people.get(active))} · Sandbox` : "Sandbox";
}

function markActive() {
  for (const [id, column] of columns) column.node.classList.toggle("active", id === active && shown.length > 1);
}

let drawn = "";

function drawChips() {
  const people = [...world.people.values()];
  const signature = JSON.stringify([active, shown, people.map((person) => [person.id, person.first_name, person.language_code, hasNews(person)])]);
  if (signature === drawn) return;
  drawn = signature;
  const focused = chips.contains(document.activeElement) ? [...chips.children].indexOf(document.activeElement) : -1;
  chips.replaceChildren(
    ...people.map((person) => {
      const news = hasNews(person);
      return h("button", {
        type: "button", class: `chip ${shown.includes(person.id) ? "shown" : ""}`, "aria-current": person.id === active ? "true" : null,
        "aria-label": `${nameOf(person)}${news ? ", new messages" : ""}`, on: { click: () => choose(person.id) },
      }, avatar(person, 28), h("span", { class: "chip-name" }, person.first_name), h("small", {}, person.language_code ?? "–"),
      news ? h("span", { class: "news" }) : null);
    }),
    world.people.size ? h("button", { type: "button", class: "chip add", "aria-label": "Add a person", title: "Add a person", on: { click: addOther } }, icon("plus"), h("span", { class: "chip-name" }, "Person")) : h("span", { class: "brand" }, "Sandbox"),
  );
  if (focused >= 0) chips.children[focused]?.focus();
  chips.querySelector("[aria-current]")?.scrollIntoView({ inline: "nearest", block: "nearest" });
}

async function begin(ready) {
  try {
    const person = await api.addPerson(ready);
    await world.refresh();
    choose(person.id);
    await api.sendMessage({ from: person.id, text: "/start" });
  } catch (error) {
    toast(document.body, error.message, "error");
  }
}

async function addOther() {
  const person = await personForm();
  if (!person) return;
  await world.refresh();
  choose(person.id);
}

function writeHash() {
  const parts = new URLSearchParams();
  if (active) parts.set("person", active);
  if (shown.length > 1) parts.set("beside", shown.join(","));
  const chatId = columns.get(active)?.chatId;
  if (chatId && chatId !== active) parts.set("chat", chatId);
  const hash = parts.size ? `#${parts.toString().replaceAll("%2C", ",")}` : location.pathname;
  if (world.loaded && location.hash !== hash) history.replaceState(null, "", hash);
}

function readHash() {
  const parts = new URLSearchParams(location.hash.slice(1));
  active = Number(parts.get("person")) || null;
  shown = (parts.get("beside") ?? "").split(",").map(Number).filter(Boolean);
  const chatId = Number(parts.get("chat"));
  layout();
  if (active && chatId) columns.get(active)?.open(chatId);
}

/** Chats that are looked at are kept read; what the bot writes to the others marks their person as having news. */
function watch() {
  for (const id of shown) seen.set(id, Infinity);
  world.watch(shown.map((id) => columns.get(id)?.chatId ?? id)).catch(() => {});
}

function hasNews(person) {
  const last = person.last_message;
  if (shown.includes(person.id) || !last) return false;
  if (!seen.has(person.id)) seen.set(person.id, last.message_id);
  if (seen.get(person.id) === Infinity) seen.set(person.id, last.message_id);
  return last.by_bot && last.message_id > seen.get(person.id);
}

let first = true;
world.addEventListener("state", () => {
  if (first) {
    first = false;
    readHash();
    document.body.classList.add("ready");
  } else layout();
});
world.addEventListener("last", () => drawChips());
world.addEventListener("messages", ({ detail }) => {
  for (const id of shown) if (columns.get(id)?.chatId === detail) columns.get(id).refreshMessages();
});
world.addEventListener("actions", ({ detail }) => {
  for (const id of shown) if (columns.get(id)?.chatId === detail) columns.get(id).refreshAction();
});
world.addEventListener("online", ({ detail }) => { document.getElementById("offline").hidden = detail; });
addEventListener("resize", () => world.loaded && shown.length > room() && layout());
addEventListener("hashchange", () => world.loaded && readHash());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => setTheme(null));
setInterval(() => { for (const id of shown) columns.get(id)?.list.tick(world.now()); }, 10000);

const kept = localStorage.getItem(THEME_KEY);
setTheme(kept === "dark" || kept === "light" ? kept : null);
world.follow();
