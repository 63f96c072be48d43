/** What a file is that is no backup of a virtual machine, and what to do with it. */
import { PROGRAMS } from "./container.js";
import { size } from "./format.js";
import { text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").ForeignFile} ForeignFile */

/** What is told of the file as it is, or done with it by a program that unpacks it too. */
const AS_IT_IS = new Set([
  "container-backup",
  "old-backup",
  "tar",
  "nothing",
  "text",
  "html",
  "utf16",
  "vzdump-log",
  "zeros",
]);

/**
 * @param {ForeignFile} file
 * @returns {import("./sentences.js").Sentence}
 */
export function foreignSentence(file) {
  const { title, text: rest } = ofContents(file);
  const [outer] = file.packedBy;
  if (outer === undefined || file.kind === "packed-again") return { title, text: rest };
  if (AS_IT_IS.has(file.kind)) return { title, text: text("foreign.packed.told", { outer, rest }) };
  const command = commandOf(outer);
  return { title, text: text("foreign.packed.unpack", { outer, command, rest }) };
}

/** @param {ForeignFile["packedBy"][number]} outer */
function commandOf(outer) {
  return `${PROGRAMS[outer]} FILE`;
}

/**
 * @param {ForeignFile} file
 * @returns {import("./sentences.js").Sentence}
 */
function ofContents({ kind, packedBy: [outer], inner, zeros }) {
  if (kind === "packed-again") {
    const names = { outer: outer ?? "", inner: inner ?? "" };
    const told = text("foreign.packed-again.text", {
      ...names,
      command: outer ? commandOf(outer) : "",
    });
    return { title: text("foreign.packed-again.title"), text: told };
  }
  if (kind === "zeros") return zeroSentence(zeros ?? { start: 0, places: 0, isAll: false });
  return { title: text(`foreign.${kind}.title`), text: text(`foreign.${kind}.text`) };
}

/**
 * @param {NonNullable<ForeignFile["zeros"]>} zeros
 * @returns {import("./sentences.js").Sentence}
 */
function zeroSentence({ start, places, isAll }) {
  const looked = { size: size(start) };
  if (isAll) {
    return { title: text("foreign.zeros.title"), text: text("foreign.zeros.text", looked) };
  }
  const told =
    places === 0
      ? text("foreign.zeros-start.text", looked)
      : text("foreign.zeros-seen.text", { ...looked, count: places });
  return { title: text("foreign.zeros-seen.title"), text: told };
}
