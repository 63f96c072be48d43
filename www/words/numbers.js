/** Numbers and shares, as the language of the catalogue writes them. */
import { LANGUAGE } from "./catalogue.js";

const whole = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(LANGUAGE, { maximumSignificantDigits: 3 });
const lists = new Intl.ListFormat(LANGUAGE, { type: "disjunction" });
const oneDigit = new Intl.NumberFormat(LANGUAGE, { maximumFractionDigits: 1 });

/**
 * All digits, as long as they are exact: above 2^53 they are not known.
 * @param {number} value
 */
export function count(value) {
  return Math.abs(value) > Number.MAX_SAFE_INTEGER
    ? `≈ ${short.format(value)}`
    : whole.format(value);
}

/** @param {number} value */
export function decimal(value) {
  return oneDigit.format(value);
}

/**
 * Three digits, or as many as stand before the point.
 * @param {number} value
 */
export function rounded(value) {
  return value >= 100 ? whole.format(value) : short.format(value);
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
  if (percent < 0.1) return `< ${oneDigit.format(0.1)} %`;
  if (percent > 99.9) return `> ${oneDigit.format(99.9)} %`;
  return `${percent < 10 || percent > 99 ? oneDigit.format(percent) : whole.format(percent)} %`;
}

/** @param {number} offset */
export function hex(offset) {
  return `0x${offset.toString(16)}`;
}

/**
 * Several things, any of which will do.
 * @param {readonly string[]} names
 */
export function listOf(names) {
  return lists.format(names);
}
