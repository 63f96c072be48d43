/** The part in which bytes are looked at. */
import { loadedPart } from "./loaded-part.js";

/**
 * @param {import("../page/model.js").Send} send
 * @param {import("../page/looking.js").Looking} looking
 */
export function bytesView(send, looking) {
  const load = async () => (await import("./hex/hex-view.js")).hexView(send, looking);
  return loadedPart("bytes", load, new URL("../styles/hex.css", import.meta.url).href);
}
