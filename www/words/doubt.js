/** What a hash or a saved file is of, where bytes of the disk are lost or in doubt. Pure. */
import { exactSize, size } from "./format.js";
import { text } from "./text.js";

/** @typedef {import("../shared/messages.js").DoubtAs} DoubtAs */

/**
 * What stands in front of a SHA-256.
 * @param {{ size: number, lost: number, doubt: DoubtAs }} hashed
 */
export function hashLabel({ size: bytes, lost, doubt }) {
  const about = { size: size(bytes), lost: size(lost), doubt: size(doubt.bytes) };
  if (doubt.bytes === 0) {
    return lost > 0 ? text("hash.done-with-gaps", about) : text("hash.done", about);
  }
  if (doubt.taken === "as-lost") {
    return lost > 0
      ? text("hash.done-with-gaps-without-doubt", about)
      : text("hash.done-without-doubt", about);
  }
  return lost > 0 ? text("hash.done-with-gaps-in-doubt", about) : text("hash.done-in-doubt", about);
}

/**
 * What a saved file holds for bytes in doubt.
 * @param {DoubtAs} doubt
 * @param {boolean} marked whether what is lost reads as a text
 */
export function savedDoubt({ bytes, taken }, marked) {
  const about = { size: exactSize(bytes) };
  if (taken === "as-it-is") return text("save.in-doubt", about);
  return marked ? text("save.in-doubt-as-marks", about) : text("save.in-doubt-as-lost", about);
}
