/**
 * Text out of a file as it can be shown: what does not show is named, runs of that
 * once, and there is a bound on what becomes of it, whatever it is.
 */
import { HIDDEN_RUNS, HIDDEN_RUNS_IN_LINES } from "../shared/hidden.js";
import { count } from "./numbers.js";

/** @typedef {{ hidden: boolean, text: string }} Piece */
/**
 * @typedef {object} Bounds
 * @property {number} length characters that are shown, at most
 * @property {number} marks that are pieces of their own, at most
 * @property {boolean} lines whether line ends and tabs are the text's own
 */

/** A name, a value, a message. @type {Bounds} */
export const LINE = { length: 300, marks: 4, lines: false };
/** What a program prints, a list of names. @type {Bounds} */
export const LINES = { length: 4000, marks: 8, lines: true };
/** A file: four times what one can have in an archive, since marks are longer than what they name. @type {Bounds} */
export const FILE = { length: 256 * 1024, marks: 20, lines: true };
/** What a sentence names, which may be a sentence or a list itself. @type {Bounds} */
const PARAMETER = { length: 1000, marks: 0, lines: false };

/** Of a run of different ones, so many are named. */
const NAMED = 4;

/**
 * The pieces of a text, and how much of it is behind them and not shown.
 * @param {string} content
 * @param {Bounds} bounds
 * @returns {{ pieces: Piece[], rest: number }}
 */
export function shownPieces(content, { length, marks, lines }) {
  /** @type {Piece[]} */
  const pieces = [];
  let room = length;
  // Joined in the end: a string that is added to keeps all of its parts.
  /** @type {string[]} */
  let plain = [];
  let at = 0;
  for (const { 0: run, index } of content.matchAll(lines ? HIDDEN_RUNS_IN_LINES : HIDDEN_RUNS)) {
    if (index - at >= room) break;
    plain.push(content.slice(at, index));
    const mark = markOf(run);
    room -= index - at + mark.length + 2;
    at = index + run.length;
    if (pieces.length >= 2 * marks) {
      plain.push("⟨", mark, "⟩");
      continue;
    }
    pieces.push({ hidden: false, text: plain.join("") }, { hidden: true, text: mark });
    plain = [];
  }
  const end = Math.min(content.length, at + Math.max(room, 0));
  const whole = isWithinPair(content, end) ? end - 1 : end;
  // What a mark stands for may have used up more than there was room for.
  const last = room > 0 ? content.slice(at, Math.max(at, whole)) : "";
  pieces.push({ hidden: false, text: plain.join("") + last });
  return {
    pieces: pieces.filter(({ text }) => text !== ""),
    rest: content.length - at - last.length,
  };
}

/**
 * The same as one string, for where nothing but text can stand.
 * @param {string} content
 */
export function shownPlainly(content) {
  const { pieces, rest } = shownPieces(content, PARAMETER);
  return pieces.map(({ text }) => text).join("") + (rest > 0 ? "…" : "");
}

/** @param {string} run of characters that do not show */
function markOf(run) {
  const [one = "", ...others] = run.slice(0, 2 * NAMED + 2);
  const number = run.length / one.length;
  if (others.length === 0) return nameOf(one);
  if (run === one.repeat(Math.trunc(number))) return `${nameOf(one)} × ${count(number)}`;
  const names = [one, ...others].slice(0, NAMED).map(nameOf).join(" ");
  return others.length < NAMED ? names : `${names} … (${count(run.length)})`;
}

/** @param {string} character */
function nameOf(character) {
  return `U+${character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Whether a place in a string is between the two halves of one character.
 * @param {string} content
 * @param {number} at
 */
function isWithinPair(content, at) {
  return at < content.length && (content.codePointAt(at - 1) ?? 0) > 0xffff;
}
