/** In which order entries of a folder are shown, and which one letters jump to. Pure. */
import { LANGUAGE } from "../../words/catalogue.js";

/** @typedef {import("../../shared/files.js").FileEntry} FileEntry */
/** @typedef {"name" | "type" | "size" | "modified" | "mode" | "owner"} Column */
/** By `path`: as files that are hit come, which no head asks for. */
/** @typedef {{ by: Column | "path", isDown: boolean }} Order */
/** @typedef {Omit<import("../../shared/files.js").FileDamaged, "path" | "entry"> & { path: string }} Hit */
/** @typedef {{ isNameWhole: boolean, isPathKnown: boolean }} Was */
/**
 * A line of the list.
 * @typedef {object} Item
 * @property {FileEntry} entry
 * @property {import("../../shared/files.js").FileName[] | null} folders from the folder that was
 *   searched to the one that it is in; null where that is shown
 * @property {Hit} [hit] how it is hit, where that was asked
 * @property {Was} [was] what it was, where it was deleted: nothing of it can be had
 */

/** Columns whose first click puts the largest, or the newest, on top. */
const DOWN_FIRST = new Set(["size", "modified"]);

const letters = new Intl.Collator(LANGUAGE, { numeric: true });

/**
 * What a click on a column's head asks for.
 * @param {Order} order as it was
 * @param {Column} by
 * @returns {Order}
 */
export function clickedOrder(order, by) {
  return { by, isDown: order.by === by ? !order.isDown : DOWN_FIRST.has(by) };
}

/** @param {FileEntry} entry */
export function typeOf({ type, node }) {
  return node?.type ?? type;
}

/** @param {FileEntry} entry */
export function isFolder(entry) {
  return typeOf(entry) === "directory";
}

/**
 * Whether it is left out of lists as a rule: it is marked so, or its name begins with a dot.
 * @param {FileEntry} entry
 */
export function isHidden({ name, node }) {
  return node?.isHidden === true || name.text.startsWith(".");
}

/**
 * Whether it can be chosen, to be saved: nothing of what was deleted can, nor of what nobody
 * knows what it is.
 * @param {Item} item
 */
export function canBeChosen({ entry, was }) {
  return !was && typeOf(entry) !== null;
}

/**
 * Whether it is a link that can be followed.
 * @param {FileEntry} entry
 * @returns {entry is FileEntry & { target: import("../../shared/files.js").FileName }}
 */
export function isLink(entry) {
  return typeOf(entry) === "link" && entry.target !== null;
}

/**
 * Folders first, however it is sorted; what is the same otherwise by name.
 * @param {Order} order
 * @returns {(one: Item, other: Item) => number}
 */
export function comparison({ by, isDown }) {
  const turn = isDown ? -1 : 1;
  if (by === "path") return (one, other) => compared(one.hit?.path ?? "", other.hit?.path ?? "");
  const compare = COMPARISONS[by];
  return ({ entry: one }, { entry: other }) =>
    Number(isFolder(other)) - Number(isFolder(one)) ||
    turn * compare(one, other) ||
    byName(one, other);
}

/** @type {Record<Column, (one: FileEntry, other: FileEntry) => number>} */
const COMPARISONS = {
  name: byName,
  type: (one, other) => compared(typeOf(one) ?? "", typeOf(other) ?? ""),
  size: (one, other) => (one.node?.size ?? -1) - (other.node?.size ?? -1),
  modified: (one, other) =>
    compared(
      one.node?.modified?.seconds ?? -Infinity,
      other.node?.modified?.seconds ?? -Infinity,
    ) || (one.node?.modified?.nanoseconds ?? 0) - (other.node?.modified?.nanoseconds ?? 0),
  mode: (one, other) => (one.node?.unix?.mode ?? -1) - (other.node?.unix?.mode ?? -1),
  owner: (one, other) =>
    (one.node?.unix?.user ?? -1) - (other.node?.unix?.user ?? -1) ||
    (one.node?.unix?.group ?? -1) - (other.node?.unix?.group ?? -1),
};

/**
 * Names that a language takes for the same still have an order.
 * @param {FileEntry} one
 * @param {FileEntry} other
 */
function byName({ name: { text: one } }, { name: { text: other } }) {
  return letters.compare(one, other) || compared(one, other);
}

/**
 * @template {string | number} Value
 * @param {Value} one
 * @param {Value} other
 */
function compared(one, other) {
  return one < other ? -1 : Number(one > other);
}

/**
 * Items that are in order already, and more: so a folder that comes in parts is not sorted
 * anew for each.
 * @param {readonly Item[]} sorted
 * @param {readonly Item[]} more
 * @param {(one: Item, other: Item) => number} compare
 * @returns {Item[]}
 */
export function merged(sorted, more, compare) {
  const others = [...more].sort(compare);
  /** @type {Item[]} */
  const all = [];
  let at = 0;
  for (const item of sorted) {
    for (let other = others[at]; other && compare(other, item) < 0; other = others[at]) {
      all.push(other);
      at += 1;
    }
    all.push(item);
  }
  return all.concat(others.slice(at));
}

/**
 * The next item whose name begins with some letters, large or small: that at `from` first,
 * and behind the last again from the first.
 * @param {readonly Item[]} items
 * @param {string} typed
 * @param {number} from
 * @returns {number | null}
 */
export function jumpTo(items, typed, from) {
  const wanted = typed.toLowerCase();
  const begins = (/** @type {Item} */ { entry }) =>
    entry.name.text.toLowerCase().startsWith(wanted);
  const behind = items.findIndex((item, at) => at >= from && begins(item));
  const found = behind >= 0 ? behind : items.findIndex(begins);
  return found >= 0 ? found : null;
}
