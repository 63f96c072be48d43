/** The colours of a strip, as the page has them now: light, dark, forced or on paper. */

import { tellRecoloured } from "./marks.js";

/** The custom properties of `tokens.css`, by what is drawn with them. */
const NAMES = /** @type {const} */ ([
  "ground",
  "full",
  "zero",
  "missing",
  "doubt",
  "unseen",
  "edge",
  "cursor",
  "mark",
  "disk-1",
  "disk-2",
  "disk-3",
  "disk-4",
  "disk-5",
  "disk-6",
  "others",
]);

/** @typedef {(typeof NAMES)[number]} Name */
/** @typedef {Readonly<Record<Name, string>>} Inks */

/** What the colours depend on. */
const CONDITIONS = ["(prefers-color-scheme: dark)", "(forced-colors: active)", "print"];

/** Those of all strips: each costs the browser a look at all its rules. @type {Inks | null} */
let known = null;
/** Kept for as long as the page is there. @type {MediaQueryList[]} */
let watched = [];

/**
 * The same object for all strips, until the colours change.
 * @param {HTMLElement} probe an element of a strip, on which no colour of its own is seen
 */
export function inksOf(probe) {
  known ??= workedOut(probe);
  return known;
}

/**
 * A custom property says what it says; only a colour that is in use is worked out.
 * @param {HTMLElement} probe
 * @returns {Inks}
 */
function workedOut(probe) {
  const style = getComputedStyle(probe);
  const found = NAMES.map((name) => {
    probe.style.color = `var(--strip-${name})`;
    return [name, style.color];
  });
  probe.style.color = "";
  return Object.fromEntries(found);
}

/** Whenever the colours may have become others, those that are known are forgotten. */
export function watchInks() {
  if (watched.length > 0 || typeof matchMedia === "undefined") return;
  watched = CONDITIONS.map((condition) => matchMedia(condition));
  const forget = () => {
    known = null;
    tellRecoloured();
  };
  for (const each of watched) each.addEventListener("change", forget);
}
