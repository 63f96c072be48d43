/** Copies what is selected, as hex digits or as text. */
import { PART } from "../../page/looking.js";
import { failureOf } from "../../shared/failure.js";
import { size } from "../../words/format.js";
import { failureSentence } from "../../words/sentences.js";
import { text } from "../../words/text.js";
import { asHex, asText } from "./read.js";

/** @typedef {import("../../shared/looked.js").BytesPart} BytesPart */

/** Bytes that are copied at most. */
const COPIED_MAX = 1024 * 1024;

/**
 * @param {{ from: number, to: number }} range bytes
 * @param {"hex" | "text"} how
 * @param {(number: number) => Promise<BytesPart>} partOf
 * @returns {Promise<string>} what is to be said of it
 */
export async function copied({ from, to }, how, partOf) {
  if (to - from > COPIED_MAX) return text("hex.copy-too-much", { size: size(COPIED_MAX) });
  try {
    const { bytes, there, lacking } = await gathered(from, to, partOf);
    const isThere = (/** @type {number} */ at) => there[at] === 1;
    const written = how === "hex" ? asHex(bytes, isThere) : asText(bytes, isThere);
    const isDone = await navigator.clipboard.writeText(written).then(
      () => true,
      () => false,
    );
    if (!isDone) return text("copy.refused");
    const words = text("hex.copied", { count: bytes.length });
    return lacking === 0 ? words : `${words} ${text("hex.copied-lacking", { count: lacking })}`;
  } catch (error) {
    return failureSentence(failureOf(error).code).text;
  }
}

/**
 * @param {number} from
 * @param {number} to
 * @param {(number: number) => Promise<BytesPart>} partOf
 */
async function gathered(from, to, partOf) {
  const bytes = new Uint8Array(to - from);
  const there = new Uint8Array(to - from);
  let end = from;
  while (end < to) {
    const part = await partOf(Math.floor(end / PART));
    let at = part.offset;
    for (const { length, kind } of part.stretches) {
      const [first, behind] = [Math.max(at, end), Math.min(at + length, to)];
      at += length;
      if (behind <= first) continue;
      bytes.set(part.bytes.subarray(first - part.offset, behind - part.offset), first - from);
      if (kind !== "lost" && kind !== "unknown") there.fill(1, first - from, behind - from);
    }
    const next = Math.min(part.offset + part.bytes.length, to);
    if (next <= end) break;
    end = next;
  }
  const seen = there.subarray(0, end - from);
  const lacking = seen.reduce((sum, each) => sum + 1 - each, 0);
  return { bytes: bytes.subarray(0, end - from), there: seen, lacking };
}
