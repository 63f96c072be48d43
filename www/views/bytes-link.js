/** Leads from what is told to the bytes that it is about. */
import { placeOfFinding } from "../page/looked-at.js";
import { text } from "../words/text.js";
import { button } from "./parts.js";

/**
 * @param {Parameters<typeof placeOfFinding>[0]} finding
 * @param {import("../page/model.js").Send} send
 * @returns {import("./dom.js").Child[]} nothing for one that is about no place
 */
export function bytesLink(finding, send) {
  const place = placeOfFinding(finding);
  if (!place) return [];
  const { of, at: offset } = place;
  const show = () => send({ type: "placeChosen", of, offset });
  return [" ", button(text("bytes.show"), show, { class: "bytes-link" })];
}
