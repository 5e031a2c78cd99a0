/**
 * Moments as a viewer sees them: in the zone chosen for that person.
 *
 * The page speaks English; `date_time` entities speak the reader's language, as in Telegram.
 */

const COMMON_ZONES = [
  "Asia/Almaty", "Asia/Qostanay", "Asia/Qyzylorda", "Asia/Aqtobe", "Asia/Aqtau", "Asia/Oral", "Asia/Bishkek",
  "Asia/Tashkent", "Asia/Dushanbe", "Asia/Ashgabat", "Europe/Moscow", "Europe/Istanbul", "Europe/Berlin",
  "Europe/London", "America/New_York", "America/Los_Angeles", "Asia/Dubai", "Asia/Kolkata", "UTC",
];
export const DEFAULT_ZONE = "Asia/Almaty";

const cache = new Map();

function formatter(locale, options) {
  const key = locale + JSON.stringify(options);
  if (!cache.has(key)) cache.set(key, new Intl.DateTimeFormat(locale, options));
  return cache.get(key);
}

/** The zones a person can be put in: the usual ones of the region, then all this browser knows. */
export function zoneNames() {
  const all = Intl.supportedValuesOf ? Intl.supportedValuesOf("timeZone") : [];
  return { common: COMMON_ZONES.filter(isZone), all: all.filter((zone) => !COMMON_ZONES.includes(zone)) };
}

/** Whether this browser knows the zone. */
export function isZone(zone) {
  try {
    formatter("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** "19:00" of a Unix time in seconds. */
export const clockText = (unix, zone) =>
  formatter("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(unix * 1000);

/** "Tue 24 Nov 2026, 19:00:05": the sandbox's own time. */
export const fullText = (unix, zone) =>
  formatter("en-GB", {
    timeZone: zone, weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
  }).format(unix * 1000);

/** "Tue 24 Nov" */
export const shortDay = (unix, zone) =>
  formatter("en-GB", { timeZone: zone, weekday: "short", day: "numeric", month: "short" }).format(unix * 1000);

/** Which calendar day it is there: "2026-11-24". */
export const dayKey = (unix, zone) =>
  formatter("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" }).format(unix * 1000);

/** The line between two days: "Today", "November 24", "November 24, 2025". */
export function dayText(unix, zone, now) {
  const day = dayKey(unix, zone);
  if (day === dayKey(now, zone)) return "Today";
  const sameYear = day.slice(0, 4) === dayKey(now, zone).slice(0, 4);
  return formatter("en-US", { timeZone: zone, month: "long", day: "numeric", ...(sameYear ? {} : { year: "numeric" }) }).format(unix * 1000);
}

/** "UTC+5" at that moment. */
export function offsetText(unix, zone) {
  const parts = formatter("en-GB", { timeZone: zone, timeZoneName: "shortOffset" }).formatToParts(unix * 1000);
  return (parts.find((part) => part.type === "timeZoneName")?.value ?? "").replace("GMT", "UTC");
}

function offsetMinutes(unix, zone) {
  const parts = Object.fromEntries(
    formatter("en-GB", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    }).formatToParts(unix * 1000).map((part) => [part.type, Number(part.value)]),
  );
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return Math.round((local / 1000 - Math.floor(unix)) / 60);
}

/** "2026-11-24T19:00" as clocks show it in the zone: what a datetime-local field holds. */
export function localValue(unix, zone) {
  return new Date((unix + offsetMinutes(unix, zone) * 60) * 1000).toISOString().slice(0, 16);
}

/** A datetime-local value read in the zone, as ISO 8601 with its offset; in a gap the clock reads on. */
export function isoFromLocal(value, zone) {
  const naive = Date.parse(`${value}:00Z`) / 1000;
  let offset = offsetMinutes(naive, zone);
  offset = offsetMinutes(naive - offset * 60, zone);
  const sign = offset < 0 ? "-" : "+";
  const two = (n) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  return `${value}:00${sign}${two(offset / 60)}:${two(offset % 60)}`;
}

const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

/** Kazakh words for dates: browsers ship none, or only placeholders such as "M11" (names and patterns after CLDR 44, kk). */
const KAZAKH = {
  months: ["қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде", "тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"],
  weekdays: { Mon: "дүйсенбі", Tue: "сейсенбі", Wed: "сәрсенбі", Thu: "бейсенбі", Fri: "жұма", Sat: "сенбі", Sun: "жексенбі" },
  past: { year: "жыл", month: "ай", week: "апта", day: "күн", hour: "сағат", minute: "минут", second: "секунд" },
  future: { year: "жылдан", month: "айдан", week: "аптадан", day: "күннен", hour: "сағаттан", minute: "минуттан", second: "секундтан" },
  days: { "-1": "кеше", 0: "бүгін", 1: "ертең" },
};

function localeOf(language) {
  const wanted = language || "en";
  if (wanted === "en") return "en-GB";
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([wanted]).length ? wanted : "en-GB";
  } catch {
    return "en-GB";
  }
}

/** "in 3 hours", "3 сағаттан кейін". */
export function relativeText(unix, now, language) {
  const seconds = Math.round(unix - now);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  const count = Math.trunc(seconds / size);
  if (language !== "kk") return new Intl.RelativeTimeFormat(localeOf(language), { numeric: "auto" }).format(count, unit);
  if (unit === "day" && KAZAKH.days[count]) return KAZAKH.days[count];
  if (seconds === 0) return "қазір";
  return count < 0 ? `${-count} ${KAZAKH.past[unit]} бұрын` : `${count} ${KAZAKH.future[unit]} кейін`;
}

/**
 * A `date_time` entity's text by its format: `r` (relative) or `w?[dD]?[tT]?` (weekday, short or long date,
 * short or long time). Null for an unknown or empty format: then the message's own words stay.
 */
export function entityTime(unix, format, zone, language, now) {
  if (format === "r") return relativeText(unix, now, language);
  const match = /^(w?)([dD]?)([tT]?)$/.exec(format ?? "");
  if (!format || !match) return null;
  const [, weekday, date, time] = match;
  const isKazakh = language === "kk";
  const locale = isKazakh ? "ru" : localeOf(language);
  const say = (options) => formatter(locale, { timeZone: zone, ...options }).format(unix * 1000);
  // Put together here and not by one formatter: what stands between day and time differs from browser to browser.
  return [
    weekday && (isKazakh ? kazakhWeekday(unix, zone) : say({ weekday: "long" })),
    date === "D" && (isKazakh ? kazakhDate(unix, zone) : say({ day: "numeric", month: "long", year: "numeric" })),
    date === "d" && say({ day: "2-digit", month: "2-digit", year: "2-digit" }),
    time && say({ hour: "2-digit", minute: "2-digit", ...(time === "T" ? { second: "2-digit" } : {}) }),
  ].filter(Boolean).join(", ");
}

function kazakhWeekday(unix, zone) {
  return KAZAKH.weekdays[formatter("en-US", { timeZone: zone, weekday: "short" }).format(unix * 1000)];
}

function kazakhDate(unix, zone) {
  const [year, month, day] = dayKey(unix, zone).split("-").map(Number);
  return `${day} ${KAZAKH.months[month - 1]} ${year} ж.`;
}
