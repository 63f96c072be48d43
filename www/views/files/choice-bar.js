/** What is done with the files that are chosen. */
import { size } from "../../words/format.js";
import { text } from "../../words/text.js";
import { h, setText } from "../dom.js";
import { button } from "../parts.js";
import { canBeChosen, typeOf } from "./order.js";

/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("../../shared/files.js").ChosenFile} ChosenFile */
/** @typedef {import("../../shared/files.js").FilesRequests["fileDetails"]["result"]["streams"][number]} Stream */

/** @typedef {import("../../shared/files.js").FilesForm} FilesForm */
/** @typedef {"tar" | "zip"} Packed */

/** File systems that are read on Windows as a rule, or hold what Unix knows beside. */
const OF_WINDOWS = /^(ntfs|fat(12|16|32)|exfat|iso9660)$/;

/**
 * Which kind of archive is offered first: a tar where there are owners and modes to keep.
 * @param {string | undefined} kind of the file system
 * @returns {Packed}
 */
export function packedFor(kind) {
  return OF_WINDOWS.test(kind ?? "") ? "zip" : "tar";
}

/**
 * What a save is asked for with: one file as it is, all else in one archive.
 * @param {Iterable<Item>} items
 * @param {Packed} packed
 * @returns {{ chosen: ChosenFile[], form: FilesForm }}
 */
export function wantedOf(items, packed) {
  const chosen = [...items].filter(canBeChosen).flatMap(({ entry, folders }) => {
    const type = typeOf(entry);
    const size = type === "file" ? (entry.node?.size ?? 0) : 0;
    return type ? [{ id: entry.id, path: [...(folders ?? []), entry.name], type, size }] : [];
  });
  const isOne = chosen.length === 1 && chosen[0]?.type === "file";
  return { chosen, form: isOne ? "file" : packed };
}

/**
 * What the save of one stream is asked for with: a file beside the other, as in an archive.
 * @param {Item} item
 * @param {Stream} stream
 * @returns {{ chosen: ChosenFile[], form: FilesForm }}
 */
export function streamOf({ entry, folders }, { name, size }) {
  const shown = { ...name, text: `${entry.name.text}.stream.${name.text}` };
  const path = [...(folders ?? []), shown];
  const chosen = { id: entry.id, path, type: /** @type {const} */ ("file"), size, stream: name };
  return { chosen: [chosen], form: "file" };
}

/**
 * Buttons that save: as what suits the file system best, and as the other kind of archive.
 * @param {(packed: Packed) => void} save
 */
export function saveButtons(save) {
  /** @type {Packed} */
  let first = "tar";
  const other = () => (first === "tar" ? "zip" : "tar");
  const main = button("", () => save(first), { "data-kind": "primary" });
  const second = button("", () => save(other()));

  /** @param {Iterable<Item>} items */
  function draw(items) {
    const { chosen, form } = wantedOf(items, first);
    const isFile = form === "file";
    setText(main, isFile ? text("button.save") : text(`files.save-${first}`));
    setText(second, text(`files.save-${other()}`));
    main.hidden = chosen.length === 0;
    second.hidden = isFile || chosen.length === 0;
  }

  return {
    roots: [main, second],
    draw,
    prefer: (/** @type {Packed} */ packed) => (first = packed),
  };
}

/**
 * What is done with the files that are chosen.
 * @param {(items: Iterable<Item>, packed: Packed) => void} save
 * @param {() => void} clear
 */
export function choiceBar(save, clear) {
  /** @type {ReadonlySet<Item>} */
  let chosen = new Set();
  const words = h("p", { role: "status" });
  const saves = saveButtons((packed) => save(chosen, packed));
  const clears = button(text("files.choose-none"), clear);
  const root = h("div", { class: "files-choice" }, words, saves.roots, clears);

  /** @param {ReadonlySet<Item>} items */
  function draw(items) {
    chosen = items;
    root.hidden = items.size === 0;
    setText(words, items.size > 0 ? choiceWords(items) : "");
    saves.draw(items);
  }

  draw(chosen);
  return { root, draw, prefer: saves.prefer };
}

/** How large folders are shows when they are saved. @param {ReadonlySet<Item>} items */
function choiceWords(items) {
  const nodes = [...items].map(({ entry }) => entry.node);
  const isKnown = nodes.every((node) => node !== null && node.type !== "directory");
  const bytes = nodes.reduce((sum, node) => sum + (node?.type === "file" ? node.size : 0), 0);
  return isKnown
    ? text("files.chosen-size", { count: items.size, size: size(bytes) })
    : text("files.chosen", { count: items.size });
}
