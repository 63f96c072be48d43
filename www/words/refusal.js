/** Why a file is not opened, in words that are loaded only then. */
import { isRefusedImage } from "../shared/codes.js";
import { foreignSentence } from "./foreign.js";
import { text } from "./text.js";

/**
 * Null where other words say it.
 * @param {import("../shared/messages.js").Failure} failure
 * @returns {import("./sentences.js").Sentence | null}
 */
export function refusalSentence({ code, foreign = null }) {
  if (foreign) return foreignSentence(foreign);
  return isRefusedImage(code) ? { title: text(`${code}.title`), text: text(`${code}.text`) } : null;
}
