/** Numbers, sizes, times and bytes in words. */

const BINARY_UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"];
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const oneDigit = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

/** @param {number} value */
export function count(value) {
  return whole.format(value);
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
export function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number} value */
export function decimal(value) {
  return oneDigit.format(value);
}

/** @param {number} bytes */
export function size(bytes) {
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < BINARY_UNITS.length - 1; unit += 1) value /= 1024;
  const number = value >= 100 ? whole.format(value) : short.format(value);
  return `${number} ${bytes === 1 ? "byte" : BINARY_UNITS[unit]}`;
}

/** @param {number} bytes */
export function exactSize(bytes) {
  return bytes < 1000 ? size(bytes) : `${size(bytes)} (${count(bytes)} bytes)`;
}

/** @param {number} bytesPerSecond */
export function speed(bytesPerSecond) {
  return `${size(bytesPerSecond)}/s`;
}

/**
 * Never "100 %" before the end, never "0 %" of something.
 * @param {number} part
 * @param {number} total
 */
export function share(part, total) {
  if (total <= 0 || part <= 0) return "0 %";
  if (part >= total) return "100 %";
  const percent = (part / total) * 100;
  if (percent < 0.1) return "< 0.1 %";
  if (percent > 99.9) return "> 99.9 %";
  return `${percent < 10 || percent > 99 ? oneDigit.format(percent) : whole.format(percent)} %`;
}

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 60) return counted(Math.max(1, Math.round(seconds)), "second");
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return counted(minutes, "minute");
  return `${counted(Math.floor(minutes / 60), "hour")} ${counted(minutes % 60, "minute")}`;
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
  return `your time, ${offset}`;
}

/** @param {number} offset */
export function hex(offset) {
  return `0x${offset.toString(16)}`;
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
