/**
 * Making elements without markup: text from messages only ever becomes text nodes.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element. `props`: `class`, `on` ({event: handler}), `data` ({name: value}), `vars` ({"--name": value}),
 * anything else is an attribute; null, undefined and false leave it out, true sets it empty.
 */
export function h(tag, props = {}, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") el.className = value;
    else if (name === "on") for (const [type, run] of Object.entries(value)) el.addEventListener(type, run);
    else if (name === "data") for (const [key, item] of Object.entries(value)) el.dataset[key] = item;
    else if (name === "vars") for (const [key, item] of Object.entries(value)) el.style.setProperty(key, item);
    else el.setAttribute(name, value === true ? "" : String(value));
  }
  add(el, children);
  return el;
}

/** Append children: nodes, strings, nested lists; null and false are skipped. */
export function add(el, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    el.append(child instanceof Node ? child : String(child));
  }
  return el;
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  const el = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) el.setAttribute(name, String(value));
  el.append(...children);
  return el;
}

/** Line icons on a 24×24 field; a trailing "!" means filled instead of stroked. */
const PATHS = {
  send: ["M3.4 20.6 21.5 12 3.4 3.4l.1 6.7L15 12 3.5 13.9z!"],
  mic: ["M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3z", "M6 11.5a6 6 0 0 0 12 0M12 17.5V21"],
  clip: ["M19.5 11.5 12 19a5 5 0 0 1-7-7l8-8a3.3 3.3 0 0 1 4.7 4.7l-8 8a1.7 1.7 0 0 1-2.4-2.4l7.2-7.2"],
  menu: ["M4.5 7h15M4.5 12h15M4.5 17h15"],
  close: ["M6 6l12 12M18 6 6 18"],
  more: ["M12 4.4a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM12 10.3a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4zM12 16.2a1.7 1.7 0 1 1 0 3.4 1.7 1.7 0 0 1 0-3.4z!"],
  clock: ["M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z", "M12 7.5V12l3 2"],
  sun: ["M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8z", "M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"],
  moon: ["M20 14.2A8.2 8.2 0 0 1 9.8 4 8.2 8.2 0 1 0 20 14.2z"],
  plus: ["M12 5v14M5 12h14"],
  down: ["M6 9.5l6 6 6-6"],
  play: ["M8 5.5v13l10.5-6.5z!"],
  pause: ["M7.5 5.5h3v13h-3zM13.5 5.5h3v13h-3z!"],
  file: ["M6.5 3.5h7l4.5 4.5v12.5h-11.5z", "M13.5 3.5V8H18"],
  download: ["M12 4.5v10M7.5 10.5l4.5 4.5 4.5-4.5M5.5 19.5h13"],
  pin: ["M12 21s6.5-6.2 6.5-11a6.5 6.5 0 0 0-13 0c0 4.8 6.5 11 6.5 11z", "M12 8a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 12 8z"],
  forward: ["M13.5 6l6 6-6 6M19 12H9a5 5 0 0 0-5 5v1"],
  reply: ["M10.5 6l-6 6 6 6M5 12h10a5 5 0 0 1 5 5v1"],
  copy: ["M9 9h10.5v10.5H9z", "M15 9V4.5H4.5V15H9"],
  user: ["M12 4.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7z", "M5 20c.6-3.6 3.4-5.5 7-5.5s6.4 1.9 7 5.5"],
  group: ["M9 5.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6z", "M3 19c.5-3.2 2.8-4.8 6-4.8s5.5 1.6 6 4.8M16 6a2.7 2.7 0 0 1 0 5.3M17.5 14.5c2 .5 3.2 2 3.5 4.5"],
  channel: ["M4.5 10v4.5h3l9 4.5V5.5l-9 4.5z", "M8 15l1 5h2.5l-1-3.7M19.5 10v4.5"],
  block: ["M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z", "M6.2 6.2l11.6 11.6"],
  bin: ["M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7"],
  globe: ["M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17z", "M3.8 12h16.4M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17z"],
  keyboard: ["M3.5 6.5h17v11h-17z", "M7 10h.01M10.3 10h.01M13.6 10h.01M17 10h.01M8.5 14h7"],
  link: ["M8 16 16.5 7.5M9.5 7.5h7v7"],
  phone: ["M6 3.8l3.2.3 1.3 4-2 1.6a12 12 0 0 0 5.8 5.8l1.6-2 4 1.3.3 3.2c-.3 1.3-1.3 2.2-2.7 2.2C10.5 20 4 13.5 3.8 6.5 3.8 5.1 4.7 4.1 6 3.8z"],
  mute: ["M6.5 16.5V11a5.5 5.5 0 0 1 9-4.2M17.5 12v4.5M4.5 16.5h12M10 19.5h4M4 4l16 16"],
  check: ["M3 12.5l4.5 4.5L17 7.5M11.5 17 21 7.5"],
  calendar: ["M4.5 6h15v13.5h-15zM4.5 10h15M8.5 3.5V7M15.5 3.5V7"],
  eye: ["M2.5 12C5 7.8 8.3 5.8 12 5.8s7 2 9.5 6.2c-2.5 4.2-5.8 6.2-9.5 6.2S5 16.2 2.5 12z", "M12 9.3a2.7 2.7 0 1 1 0 5.4 2.7 2.7 0 0 1 0-5.4z"],
};

/** One of our icons; decorative, the control that holds it carries the label. */
export function icon(name) {
  const el = svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "icon" });
  for (const d of PATHS[name]) {
    const filled = d.endsWith("!");
    el.append(svg("path", { d: filled ? d.slice(0, -1) : d, class: filled ? "fill" : "line" }));
  }
  return el;
}

/** A round button with an icon; the label is read out and shown as a tooltip. */
export function iconButton(name, label, run, props = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, on: { click: run }, ...props }, icon(name));
}

/** Short dark notice inside `host`, gone after a few seconds. */
export function toast(host, text, kind = "") {
  host.querySelectorAll(":scope > .toast").forEach((old) => old.remove());
  const el = h("div", { class: `toast ${kind}`, role: "status" }, text);
  host.append(el);
  setTimeout(() => el.classList.add("leaving"), Math.min(7000, 2600 + text.length * 35));
  el.addEventListener("animationend", () => el.classList.contains("leaving") && el.remove());
  el.addEventListener("click", () => el.remove());
}

/** Bytes as people read them. */
export function sizeText(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Seconds as m:ss. */
export function durationText(seconds) {
  const whole = Math.max(0, Math.round(seconds || 0));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
