/** A backup that was split, and what is known of its parts. */
import { partOf } from "../shared/part-name.js";
import { text } from "./text.js";

/**
 * What speaks for the order of parts that were put together.
 * @param {import("../core/vma_inspector.js").PartOrder["joints"]} joints
 * @returns {{ isProven: boolean, words: string }}
 */
export function orderWords(joints) {
  const contradicted = joints.filter((joint) => joint === "contradicted").length;
  const unknown = joints.filter((joint) => joint === "unknown").length;
  if (contradicted > 0) {
    return { isProven: false, words: text("parts.contradicted", { count: contradicted }) };
  }
  if (unknown > 0) return { isProven: false, words: text("parts.unknown", { count: unknown }) };
  return { isProven: true, words: text("parts.proven") };
}

/**
 * That a file is a part by its name, and which; null if it is none.
 * @param {string} name
 */
export function aloneWords(name) {
  const part = partOf(name);
  return part && text("parts.alone", { number: String(part.number) });
}
