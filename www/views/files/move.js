/** What a key does on the list of files. Pure. */

/**
 * @typedef {"open" | "up" | "choose" | "all"} Deed
 * @typedef {{ to: number, isChoosing: boolean } | { deed: Deed } | { letter: string }} Move
 */

/**
 * @param {Pick<KeyboardEvent, "key" | "shiftKey" | "ctrlKey" | "metaKey" | "altKey">} event
 * @param {{ at: number, count: number, rows: number, isTyping: boolean }} list the row that has
 *   the focus, of how many, how many are seen, and whether letters were typed just before
 * @returns {Move | null} null: the key is not the list's
 */
export function moveOf({ key, shiftKey, ctrlKey, metaKey, altKey }, { at, count, rows, isTyping }) {
  if (altKey) return null;
  if (ctrlKey || metaKey) return key.toLowerCase() === "a" && !shiftKey ? { deed: "all" } : null;
  if (key === " ") return isTyping ? { letter: " " } : { deed: "choose" };
  const deed = DEEDS.get(key);
  if (deed) return { deed };
  const page = Math.max(1, rows - 1);
  const moves = new Map([
    ["ArrowUp", at - 1],
    ["ArrowDown", at + 1],
    ["PageUp", at - page],
    ["PageDown", at + page],
    ["Home", 0],
    ["End", count - 1],
  ]);
  const to = moves.get(key);
  if (to !== undefined) {
    return { to: Math.max(0, Math.min(count - 1, to)), isChoosing: shiftKey };
  }
  // These are the page's own keys everywhere, and no name has the first in it.
  const isLetter = [...key].length === 1 && key !== "/" && key !== "?";
  return isLetter ? { letter: key } : null;
}

/** @type {ReadonlyMap<string, Deed>} */
const DEEDS = new Map([
  ["Enter", "open"],
  ["Backspace", "up"],
]);
