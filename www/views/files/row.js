/** The rows of the list of files. */
import { size } from "../../words/format.js";
import { faultWords, modeLetters, shortTime, typeWord } from "../../words/files.js";
import { text } from "../../words/text.js";
import { h, setAttribute } from "../dom.js";
import { foreign } from "../parts.js";
import { hitWords } from "./hits.js";
import { canBeChosen, isFolder, isHidden, isLink, typeOf } from "./order.js";

/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("./order.js").Column} Column */
/** @typedef {import("./order.js").Order} Order */
/** @typedef {import("../../shared/files.js").FileName} FileName */
/** @typedef {{ root: HTMLElement, box: HTMLInputElement }} Row */

/** @type {readonly Column[]} */
export const COLUMNS = ["name", "type", "size", "modified", "mode", "owner"];

/** A name has 255 bytes at most, or 255 halves of characters; a target may have 4,095. */
const NAME_BOUNDS = { length: 260, marks: 4, lines: false };

let rows = 0;

/**
 * @param {Item} item
 * @returns {Row}
 */
export function rowOf(item) {
  const { entry, hit } = item;
  const { node, fault } = entry;
  const box = h("input", {
    type: "checkbox",
    tabindex: -1,
    disabled: !canBeChosen(item),
    "aria-label": text("files.choose", { name: entry.name.text }),
  });
  const root = h(
    "div",
    {
      class: "files-row",
      role: "row",
      id: `files-row-${(rows += 1)}`,
      "data-hidden": isHidden(entry),
      "data-deleted": Boolean(item.was),
    },
    cell("check", box),
    cell("name", ...nameParts(item)),
    ...(node && !hit
      ? [
          cell("type", typeWord(node.type)),
          cell("size", node.type === "directory" ? "" : size(node.size)),
          cell("modified", shortTime(node.modified)),
          cell("mode", node.unix ? modeLetters(node.unix.mode, node.type) : ""),
          cell("owner", node.unix ? `${node.unix.user}:${node.unix.group}` : ""),
        ]
      : [cell("fault", hit ? hitWords(hit) : fault ? faultWords(fault) : typeWord(typeOf(entry)))]),
  );
  return { root, box };
}

/**
 * @param {Row} row
 * @param {{ number: number, isAt: boolean, isChosen: boolean }} how
 */
export function drawRow({ root, box }, { number, isAt, isChosen }) {
  setAttribute(root, "aria-rowindex", number);
  setAttribute(root, "aria-selected", String(isChosen));
  setAttribute(root, "data-at", isAt);
  box.checked = isChosen;
}

/** @param {Item} item */
function nameParts({ entry, folders, was }) {
  const { name, target } = entry;
  const kind =
    !was && (isFolder(entry) || isLink(entry)) ? { class: "files-link", "data-opens": true } : {};
  return [
    h("span", { class: "files-icon", "data-type": typeOf(entry), "aria-hidden": "true" }),
    h(
      "span",
      { class: "files-words" },
      h("span", kind, shownName(name)),
      target && h("span", { class: "quiet" }, " → ", shownName(target)),
      folders && h("span", { class: "quiet" }, " ", whereWords(folders, was)),
    ),
  ];
}

/**
 * @param {readonly FileName[]} folders
 * @param {import("./order.js").Was} [was]
 */
function whereWords(folders, was) {
  return was?.isPathKnown === false ? text("files.deleted-somewhere") : inFolder(folders);
}

/** @param {readonly FileName[]} folders */
function inFolder(folders) {
  if (folders.length === 0) return text("files.here");
  return folders.flatMap((each, at) => (at > 0 ? [" / ", shownName(each)] : [shownName(each)]));
}

/** @param {FileName} name */
export function shownName({ text: words }) {
  return foreign(words, NAME_BOUNDS);
}

/**
 * @param {Column | "check" | "fault"} column
 * @param {...(import("../dom.js").Child)} children
 */
function cell(column, ...children) {
  return h("div", { class: "files-cell", role: "gridcell", "data-column": column }, ...children);
}

/**
 * The heads of the columns, which sort.
 * @param {(by: Column) => void} sort
 * @param {(all: boolean) => void} chooseAll
 */
export function headRow(sort, chooseAll) {
  const all = h("input", { type: "checkbox", "aria-label": text("files.choose-all") });
  all.addEventListener("change", () => chooseAll(all.checked));
  const heads = COLUMNS.map((by) =>
    h(
      "div",
      { class: "files-cell", role: "columnheader", "data-column": by },
      h(
        "button",
        { class: "sorter", type: "button", on: { click: () => sort(by) } },
        text(`files.column.${by}`),
      ),
    ),
  );
  const root = h(
    "div",
    { class: "files-row files-head", role: "row", "aria-rowindex": 1 },
    h("div", { class: "files-cell", role: "columnheader", "data-column": "check" }, all),
    heads,
  );

  /**
   * @param {Order} order
   * @param {{ chosen: number, count: number }} how many are chosen, of how many
   */
  function draw({ by, isDown }, { chosen, count }) {
    for (const [at, head] of heads.entries()) {
      const sorted = isDown ? "descending" : "ascending";
      setAttribute(head, "aria-sort", COLUMNS[at] === by ? sorted : null);
    }
    all.checked = count > 0 && chosen === count;
    all.indeterminate = chosen > 0 && chosen < count;
  }

  return { root, draw };
}
