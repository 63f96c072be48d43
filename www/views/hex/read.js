/** What a person writes into the fields above the bytes, read. Pure. */

const UNITS = new Map([
  ["", 1],
  ["b", 1],
  ["kib", 1024],
  ["k", 1024],
  ["mib", 1024 ** 2],
  ["m", 1024 ** 2],
  ["gib", 1024 ** 3],
  ["g", 1024 ** 3],
  ["tib", 1024 ** 4],
  ["t", 1024 ** 4],
]);

/**
 * A place: `4096`, `0x1000`, `1.5 GiB`, `64k`; null for what is none.
 * @param {string} written
 * @returns {number | null}
 */
export function placeIn(written) {
  const plain = written.trim().toLowerCase().replaceAll("_", "");
  const [, digits] = /^0x([0-9a-f]{1,14})$/.exec(plain) ?? [];
  if (digits !== undefined) return safe(Number.parseInt(digits, 16));
  const [, number, unit = ""] = /^(\d{1,16}(?:[.,]\d{1,9})?)\s*([kmgt]i?b?|b)?$/.exec(plain) ?? [];
  const factor = UNITS.get(unit);
  if (number === undefined || factor === undefined) return null;
  const value = Number(number.replace(",", "."));
  const isWhole = Number.isInteger(value) || factor > 1;
  return isWhole ? safe(Math.floor(value * factor)) : null;
}

/** @param {number} value */
function safe(value) {
  return Number.isSafeInteger(value) ? value : null;
}

/** @typedef {"text" | "utf16" | "bytes"} NeedleKind */

/**
 * What is sought, as bytes; null where hex digits are none.
 * @param {string} written
 * @param {NeedleKind} kind
 * @returns {Uint8Array<ArrayBuffer> | null}
 */
export function needleOf(written, kind) {
  if (kind === "text") return new Uint8Array(new TextEncoder().encode(written));
  if (kind === "utf16") {
    const bytes = new DataView(new ArrayBuffer(written.length * 2));
    for (let at = 0; at < written.length; at += 1) {
      bytes.setUint16(at * 2, written.charCodeAt(at), true);
    }
    return new Uint8Array(bytes.buffer);
  }
  const digits = written.replace(/0x|[\s,:]/gi, "");
  if (!/^([0-9a-f]{2})+$/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** What is copied for a byte that nobody has. */
const LACKING = "--";

/**
 * Bytes as hex digits; each that is not there as `--`.
 * @param {Uint8Array} bytes
 * @param {(at: number) => boolean} isThere
 */
export function asHex(bytes, isThere) {
  return Array.from(bytes, (byte, at) => (isThere(at) ? two(byte) : LACKING)).join(" ");
}

/**
 * Bytes as text in UTF-8; each that is not there as the sign for what cannot be shown.
 * @param {Uint8Array} bytes
 * @param {(at: number) => boolean} isThere
 */
export function asText(bytes, isThere) {
  // No UTF-8 has this byte.
  return new TextDecoder().decode(bytes.map((byte, at) => (isThere(at) ? byte : 0xff)));
}

/** @param {number} byte */
export function two(byte) {
  return byte.toString(16).padStart(2, "0");
}

/**
 * A byte as a letter, where ASCII has one that shows.
 * @param {number} byte
 */
export function letter(byte) {
  return byte > 31 && byte < 127 ? String.fromCharCode(byte) : ".";
}
