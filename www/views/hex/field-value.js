/** What the bytes of a header's field say, in words. Pure. */
import { times } from "../../words/format.js";
import { count } from "../../words/numbers.js";
import { text } from "../../words/text.js";
import { letter, two } from "./read.js";

/** @typedef {import("../../core/vma_inspector.js").HeaderField} HeaderField */

/** Bytes of a field that are read to tell its value. */
export const VALUE_BYTES = 256;

/**
 * @param {HeaderField} field
 * @param {Uint8Array} bytes the first of it
 * @param {(device: number) => string | null} nameOf
 * @returns {string | null} null where it has none
 */
export function fieldValue(field, bytes, nameOf) {
  switch (field.form) {
    case "text":
      return letters(bytes, field.length);
    case "number":
      return number(bytes);
    case "device":
      return device(bytes[0] ?? 0, nameOf);
    case "little-number":
      return number(bytes.slice().reverse());
    case "time":
      return times(Number(BigInt.asIntN(64, big(bytes))))?.utc ?? number(bytes);
    case "mask":
      return mask(Number(big(bytes)));
    case "uuid":
      return uuid(bytes);
    case "bytes":
      return [...bytes].map(two).join("");
    case "unused":
      return null;
  }
}

/** @param {Uint8Array} bytes big-endian */
function big(bytes) {
  return bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

/** @param {Uint8Array} bytes big-endian */
function number(bytes) {
  const value = big(bytes);
  const digits = value.toString(16);
  // Above 2^53 no number of JavaScript is exact.
  const plain = value <= Number.MAX_SAFE_INTEGER ? count(Number(value)) : value.toString();
  return value < 10n ? plain : text("hex.number", { plain, hex: `0x${digits}` });
}

/**
 * @param {Uint8Array} bytes
 * @param {number} length
 */
function letters(bytes, length) {
  const shown = Array.from(bytes, letter).join("");
  return length > bytes.length ? `${shown} …` : shown;
}

/**
 * @param {number} id
 * @param {(device: number) => string | null} nameOf
 */
function device(id, nameOf) {
  if (id === 0) return text("hex.no-device");
  const name = nameOf(id);
  return name === null ? String(id) : text("hex.device", { id: String(id), name });
}

/** @param {number} bits */
function mask(bits) {
  const blocks = Array.from({ length: 16 }, (_, block) => (bits >> block) & 1);
  const stored = blocks.filter((bit) => bit === 1).length;
  return text("hex.mask", { bits: blocks.join(""), count: stored });
}

/** @param {Uint8Array} bytes */
function uuid(bytes) {
  const digits = [...bytes].map(two).join("");
  const [a, b, c, d] = [0, 8, 12, 16].map((at, i) => digits.slice(at, [8, 12, 16, 20][i]));
  return [a, b, c, d, digits.slice(20)].join("-");
}
