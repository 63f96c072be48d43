/** What is done with the files that are chosen. */
import { size } from "../../words/format.js";
import { text } from "../../words/text.js";
import { h, setText } from "../dom.js";
import { button } from "../parts.js";
import { typeOf } from "./order.js";

/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("../../shared/files.js").ChosenFile} ChosenFile */

/**
 * What a save is asked for with: one file as it is, all else in one tar.
 * @param {Iterable<Item>} items
 * @returns {{ chosen: ChosenFile[], form: "file" | "tar" }}
 */
export function wantedOf(items) {
  const chosen = [...items].flatMap(({ entry, folders }) => {
    const type = typeOf(entry);
    const size = type === "file" ? (entry.node?.size ?? 0) : 0;
    return type ? [{ id: entry.id, path: [...(folders ?? []), entry.name], type, size }] : [];
  });
  const isOne = chosen.length === 1 && chosen[0]?.type === "file";
  return { chosen, form: isOne ? "file" : "tar" };
}

/**
 * @param {(items: Iterable<Item>) => void} save
 * @param {() => void} clear
 */
export function choiceBar(save, clear) {
  /** @type {ReadonlySet<Item>} */
  let chosen = new Set();
  const words = h("p", { role: "status" });
  const saves = button("", () => save(chosen), { "data-kind": "primary" });
  const clears = button(text("files.choose-none"), clear);
  const root = h("div", { class: "files-choice" }, words, saves, clears);

  /** @param {ReadonlySet<Item>} items */
  function draw(items) {
    chosen = items;
    root.hidden = items.size === 0;
    setText(words, items.size > 0 ? choiceWords(items) : "");
    setText(saves, saveLabel(items));
  }

  draw(chosen);
  return { root, draw };
}

/** @param {Iterable<Item>} items */
export function saveLabel(items) {
  return wantedOf(items).form === "file" ? text("button.save") : text("files.save-tar");
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
