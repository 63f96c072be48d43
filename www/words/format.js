/** Sizes, times and bytes in words. */
import { LANGUAGE } from "./catalogue.js";
import { count, rounded } from "./numbers.js";
import { text } from "./text.js";

const BINARY_UNITS = ["KiB", "MiB", "GiB", "TiB", "PiB"];

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return text("count.byte", { count: bytes });
  let unit = -1;
  let value = bytes;
  for (; value >= 1000 && unit < BINARY_UNITS.length - 1; unit += 1) value /= 1024;
  return `${rounded(value)} ${BINARY_UNITS[unit]}`;
}

/** @param {number} bytes */
export function exactSize(bytes) {
  if (bytes < 1000) return size(bytes);
  return text("size.exact", { size: size(bytes), bytes: count(bytes) });
}

/** @param {number} bytesPerSecond */
export function speed(bytesPerSecond) {
  return text("speed", { size: size(bytesPerSecond) });
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return text("count.second", { count: Math.max(1, Math.round(seconds)) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return text("count.minute", { count: minutes });
  const hours = text("count.hour", { count: Math.floor(minutes / 60) });
  return `${hours} ${text("count.minute", { count: minutes % 60 })}`;
}

/** @param {number} value */
function two(value) {
  return String(value).padStart(2, "0");
}

/**
 * @param {number} seconds since 1970
 * @returns {{ utc: string, local: string, machine: string } | null} null: not a date
 */
export function times(seconds) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const machine = date.toISOString();
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  const utc = machine.replace("T", " ").replace(/\.\d+Z$/, " UTC");
  return { utc, local: `${day} ${time} (${zone(date)})`, machine };
}

/** @param {Date} date */
function zone(date) {
  const ahead = -date.getTimezoneOffset();
  const minutes = Math.abs(ahead);
  const offset = `UTC${ahead < 0 ? "−" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return text("time.yours", { offset });
}

/**
 * Offset, sixteen bytes, and what they are in ASCII, as hex editors show it.
 * @param {Uint8Array} bytes
 */
export function hexDump(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const digits = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = row.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "."));
    lines.push(`${at.toString(16).padStart(8, "0")}  ${digits.padEnd(47)}  ${letters.join("")}`);
  }
  return lines.join("\n");
}

/**
 * When a scan was made that was kept, by the person's own clock and calendar; null
 * for one that was made now.
 * @param {{ phase: string, scannedAt: number | null }} scan
 */
export function whenKept({ phase, scannedAt }) {
  return phase === "kept" && scannedAt !== null ? moment(scannedAt) : null;
}

/** A browser takes long to get ready for it: that is not for when a backup is opened. */
const MOMENT = new Intl.DateTimeFormat(
  // Their region's way, where it is of the language that the page speaks.
  globalThis.navigator?.languages?.find((each) => each.split("-")[0] === LANGUAGE) ?? LANGUAGE,
  { dateStyle: "medium", timeStyle: "short" },
);

/**
 * Day and minute by the person's own clock and calendar, in the page's language.
 * @param {number} at milliseconds since 1970 that a calendar reaches
 */
export function moment(at) {
  return MOMENT.format(at);
}
