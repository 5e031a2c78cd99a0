/**
 * The sandbox's clock: shown always, moved by a menu. The bot lives on it.
 */
import { moveClock } from "./api.js";
import { h, icon, toast } from "./dom.js";
import { clockText, fullText, isoFromLocal, localValue, offsetText, shortDay } from "./dates.js";
import { actions, button, field, openDialog, openMenu } from "./popup.js";
import { world } from "./world.js";

const HOUR = 3600;
const JUMPS = [["1 hour", HOUR], ["1 day", 24 * HOUR], ["1 week", 7 * 24 * HOUR], ["13 weeks", 13 * 7 * 24 * HOUR]];

/** The clock button. `zone()` is the zone of the person who is being looked at. */
export function clockButton(zone) {
  const day = h("span", { class: "clock-day" });
  const time = h("span", { class: "clock-time" });
  const el = h("button", { type: "button", class: "clock", "aria-haspopup": "menu", title: "Move the sandbox's clock" }, icon("clock"), h("span", { class: "clock-text" }, time, day));
  const draw = () => {
    const now = world.now();
    time.textContent = clockText(now, zone());
    day.textContent = shortDay(now, zone());
    el.setAttribute("aria-label", `Sandbox clock: ${fullText(now, zone())}. Move it`);
  };
  let busy = false;
  const move = async (body) => {
    if (busy) return;
    busy = true;
    el.classList.add("busy");
    el.setAttribute("aria-busy", "true");
    try {
      await moveClock(body);
      await world.refresh();
      toast(document.body, `It is now ${fullText(world.now(), zone())}`);
    } catch (error) {
      toast(document.body, error.message, "error");
    } finally {
      busy = false;
      el.classList.remove("busy");
      el.removeAttribute("aria-busy");
      draw();
    }
  };
  el.addEventListener("click", () => {
    if (busy) return;
    const note = h("p", { class: "menu-note" }, h("b", {}, fullText(world.now(), zone())), h("br"), `${zone()}, ${offsetText(world.now(), zone())}`);
    openMenu(el, [
      note,
      ...JUMPS.map(([name, seconds]) => ({ label: `+ ${name}`, icon: "clock", run: () => move({ advance_s: seconds }) })),
      "-",
      { label: "Set date and time …", icon: "calendar", run: () => setDialog(zone(), move) },
    ], { label: "Move the clock" });
  });
  setInterval(draw, 1000);
  draw();
  el.redraw = draw;
  return el;
}

function setDialog(zone, move) {
  return openDialog("Set the sandbox's clock", (close) => {
    const input = h("input", { type: "datetime-local", required: true, value: localValue(world.now(), zone), name: "moment" });
    const form = h("form", { method: "dialog" },
      field(`Date and time (${zone})`, input, "The clock goes there at once, forward or back. To live through the time between, with every reminder at its minute, use + 1 day, + 1 week and so on."),
      actions(button("Set", null, "primary", "submit"), button("Cancel", () => close(), "plain")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      close();
      move({ set: isoFromLocal(input.value, zone) });
    });
    return form;
  });
}
