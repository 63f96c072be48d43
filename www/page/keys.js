/** Which key does what. Pure. */
import { remember, remembered } from "../shared/settings.js";
import { SHORTCUTS } from "../shared/stored.js";

/**
 * @typedef {"help" | "open" | "config" | "save" | "search" | "escape"} Simple
 * @typedef {{ does: Simple } | { does: "disk", number: number }} Deed
 */

/** @type {ReadonlyMap<string, Simple>} */
const KEYS = new Map([
  ["?", "help"],
  ["o", "open"],
  ["c", "config"],
  ["s", "save"],
  ["/", "search"],
  ["Escape", "escape"],
]);

/** Fields in which nothing is written. */
const NOT_WRITTEN = new Set(["checkbox", "radio", "button", "submit", "reset", "file", "range"]);

/**
 * What a key is to do; null for none of ours. One with Ctrl, Alt or Meta is the
 * browser's, and one that is held down was meant once.
 * @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "repeat" | "isComposing" | "defaultPrevented">} event
 * @param {{ isWriting: boolean, isWanted: boolean }} where whether it goes into a field,
 *   and whether the person wants single keys to do something
 * @returns {Deed | null}
 */
export function deedOf(event, { isWriting, isWanted }) {
  const { key, ctrlKey, altKey, metaKey, repeat, isComposing, defaultPrevented } = event;
  if (ctrlKey || altKey || metaKey || repeat || isComposing || defaultPrevented) return null;
  // It is no character, and does what it does everywhere.
  if (key === "Escape") return { does: "escape" };
  if (isWriting || !isWanted) return null;
  if (/^[1-9]$/.test(key)) return { does: "disk", number: Number(key) };
  const does = KEYS.get(key);
  return does ? { does } : null;
}

/**
 * Whether what has the focus takes what is written.
 * @param {{ tagName: string, type?: string, isContentEditable?: boolean } | null} element
 */
export function isWritingIn(element) {
  if (element === null) return false;
  const { tagName, type = "text", isContentEditable = false } = element;
  const tag = tagName.toLowerCase();
  if (tag === "input") return !NOT_WRITTEN.has(type);
  return tag === "textarea" || tag === "select" || isContentEditable;
}

/** Whether the person wants single keys to do something. */
export function areKeysWanted() {
  return remembered(SHORTCUTS) !== "off";
}

/** @param {boolean} wanted */
export function wantKeys(wanted) {
  remember(SHORTCUTS, wanted ? "on" : "off");
}
