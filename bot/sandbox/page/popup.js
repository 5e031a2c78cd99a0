/**
 * Small menus and modal dialogs.
 */
import { add, h, icon, iconButton } from "./dom.js";

/**
 * A menu beside `anchor`. Items: {label, icon?, hint?, danger?, run} or "-" for a line, or a node shown as it is.
 * Arrow keys move, Escape closes and gives the focus back.
 */
export function openMenu(anchor, items, { label = "Menu", at = null } = {}) {
  closeMenus();
  const before = document.activeElement;
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, popover: "manual" });
  const close = (refocus = false) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    anchor?.setAttribute?.("aria-expanded", "false");
    if (refocus) before?.focus?.();
  };
  const outside = (event) => {
    if (menu.contains(event.target)) return;
    // The press that closes a menu by its own button must not open it again.
    if (anchor?.contains?.(event.target) && !at) anchor.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true });
    close();
  };
  for (const item of items.filter(Boolean)) {
    if (item === "-") menu.append(h("hr"));
    else if (item instanceof Node) menu.append(item);
    else {
      menu.append(h("button", {
        type: "button", role: "menuitem", class: item.danger ? "danger" : "", disabled: item.disabled,
        on: { click: () => { close(true); item.run(); } },
      }, item.icon ? icon(item.icon) : null, h("span", { class: "menu-label" }, item.label, item.hint ? h("small", {}, item.hint) : null)));
    }
  }
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.stopPropagation(); close(true); return; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const stops = [...menu.querySelectorAll("button:not(:disabled),select")];
    stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length]?.focus();
  });
  document.body.append(menu);
  menu.showPopover?.();
  place(menu, anchor, at);
  anchor?.setAttribute?.("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close, { once: true });
  menu.closeMenu = close;
  menu.querySelector("button:not(:disabled)")?.focus({ preventScroll: true });
  return close;
}

/** Close any open menu. */
export function closeMenus() {
  document.querySelectorAll(".menu").forEach((menu) => menu.closeMenu?.());
}

function place(menu, anchor, at) {
  const box = at ? { left: at.x, right: at.x, top: at.y, bottom: at.y } : anchor.getBoundingClientRect();
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const fitsBelow = box.bottom + height + 14 < innerHeight;
  const top = fitsBelow ? box.bottom + 6 : Math.max(8, box.top - height - 6);
  const alignRight = box.left + width > innerWidth - 8;
  const left = alignRight ? Math.max(8, (at ? box.left : box.right) - width) : box.left;
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.min(left, innerWidth - width - 8)}px`;
  menu.style.transformOrigin = `${alignRight ? "right" : "left"} ${fitsBelow ? "top" : "bottom"}`;
}

/**
 * A modal dialog; resolves to what `close(value)` was called with, null when dismissed.
 * `build(close)` gives the nodes of its body.
 */
export function openDialog(title, build, { className = "" } = {}) {
  closeMenus();
  return new Promise((resolve) => {
    let answer = null;
    const dialog = h("dialog", { class: `dialog ${className}`, "aria-label": title });
    const close = (value = null) => { answer = value; dialog.close(); };
    dialog.addEventListener("close", () => { dialog.remove(); resolve(answer); });
    dialog.addEventListener("click", (event) => { if (event.target === dialog) close(); });
    const body = h("div", { class: "dialog-box" },
      h("div", { class: "dialog-head" }, h("h2", {}, title), iconButton("close", "Close", () => close())),
      add(h("div", { class: "dialog-body" }), [build(close)]));
    dialog.append(body);
    document.body.append(dialog);
    dialog.showModal();
    const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".dialog-body input,.dialog-body select,.dialog-body textarea,.dialog-body button");
    first?.focus();
  });
}

/** A labelled field. */
export function field(label, control, hint = null) {
  return h("label", { class: "field" }, h("span", {}, label), control, hint ? h("small", {}, hint) : null);
}

/** A select of [value, text] pairs. */
export function choice(options, value, props = {}) {
  const el = h("select", props, options.map(([id, text]) => h("option", { value: id, selected: String(id) === String(value) }, text)));
  return el;
}

/** The row of buttons that ends a dialog; the first is what the dialog is for. */
export function actions(...buttons) {
  return h("div", { class: "dialog-actions" }, buttons);
}

export function button(text, run, kind = "primary", type = "button") {
  return h("button", { type, class: `button ${kind}`, on: run ? { click: run } : {} }, text);
}

/** A popup with one sentence and OK: a callback answered with an alert. */
export function alertBox(text) {
  return openDialog("Message from the bot", (close) => [h("p", { class: "alert-text" }, text), actions(button("OK", () => close()))], { className: "alert" });
}

/** A question answered yes or no. */
export function confirmBox(title, text, yes, danger = false) {
  return openDialog(title, (close) => [
    h("p", {}, text),
    actions(button(yes, () => close(true), danger ? "danger" : "primary"), button("Cancel", () => close(false), "plain")),
  ], { className: "alert" });
}
