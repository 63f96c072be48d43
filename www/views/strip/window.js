/** Which part of a whole a strip shows. Pure. */

/** @typedef {import("./layout.js").Span} Span */

/** So many units a strip shows at least. */
const LEAST = 16;

/**
 * The whole.
 * @param {number} total
 * @returns {Span}
 */
export function wholeOf(total) {
  return { from: 0, to: total };
}

/**
 * A part that is `factor` times as long, with `at` where it was.
 * @param {Span} window
 * @param {number} factor
 * @param {number} at
 * @param {number} total
 * @returns {Span}
 */
export function zoomed({ from, to }, factor, at, total) {
  const length = Math.min(
    total,
    Math.max(Math.min(LEAST, total), Math.round((to - from) * factor)),
  );
  const share = to > from ? (at - from) / (to - from) : 0;
  return within({ from: Math.round(at - share * length), to: 0 }, length, total);
}

/**
 * A part as long that starts `by` further on.
 * @param {Span} window
 * @param {number} by
 * @param {number} total
 * @returns {Span}
 */
export function panned({ from, to }, by, total) {
  return within({ from: from + Math.round(by), to: 0 }, to - from, total);
}

/**
 * A part as long in which `at` is seen.
 * @param {Span} window
 * @param {number} at
 * @param {number} total
 * @returns {Span}
 */
export function showing(window, at, total) {
  if (at >= window.from && at < window.to) return window;
  return within(
    { from: Math.round(at - (window.to - window.from) / 2), to: 0 },
    window.to - window.from,
    total,
  );
}

/**
 * @param {Span} start
 * @param {number} length
 * @param {number} total
 * @returns {Span}
 */
function within({ from }, length, total) {
  const start = Math.max(0, Math.min(from, total - length));
  return { from: start, to: start + length };
}
