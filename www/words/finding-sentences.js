/** What codes of findings mean, for people. */
import { sentence } from "./sentences.js";
import { text } from "./text.js";

/** @param {string} code */
export function findingSentence(code) {
  return sentence("finding", code) ?? unknownFinding(code);
}

/**
 * Of a finding of what wraps the archive.
 * @param {string} code
 */
export function containerSentence(code) {
  return sentence("container-finding", code) ?? unknownFinding(code);
}

/**
 * @param {string} code
 * @returns {import("./sentences.js").Sentence}
 */
function unknownFinding(code) {
  return { title: text("finding-unknown.title", { code }), text: text("finding-unknown.text") };
}
