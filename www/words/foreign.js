/** What a file is that is no backup of a virtual machine, and what to do with it. */
import { PROGRAMS } from "./container.js";
import { text } from "./text.js";

/**
 * @param {import("../core/vma_inspector.js").ForeignFile} file
 * @returns {import("./sentences.js").Sentence}
 */
export function foreignSentence({ kind, outer, inner }) {
  if (kind !== "packed-twice") {
    return { title: text(`foreign.${kind}.title`), text: text(`foreign.${kind}.text`) };
  }
  const told = text("foreign.packed-twice.text", {
    outer: outer ?? "",
    inner: inner ?? "",
    command: outer === null || outer === "plain" ? "" : `${PROGRAMS[outer]} FILE`,
  });
  return { title: text("foreign.packed-twice.title"), text: told };
}
