/**
 * What codes of failures mean, for people. A code chooses a sentence of the
 * catalogue and no more: on which codes the page acts stands in `shared/codes.js`.
 */
import { keyOf, text } from "./text.js";

/** @typedef {{ title: string, text: string }} Sentence */
/** @typedef {"finding" | "container-finding" | "failure"} Family */

/** @param {string} code */
export function failureSentence(code) {
  const unknown = { title: text("failure-unknown.title"), text: text("failure-unknown.text") };
  return sentence("failure", code) ?? unknown;
}

/**
 * The sentence of a code; null where the catalogue has none.
 * @param {Family} family
 * @param {string} code
 * @returns {Sentence | null}
 */
export function sentence(family, code) {
  const title = keyOf(family, `${code}.title`);
  const words = keyOf(family, `${code}.text`);
  return title && words ? { title: text(title), text: text(words) } : null;
}
