/** The part in which bytes are looked at. */
import { loadedPart } from "./loaded-part.js";

/**
 * @param {import("../page/model.js").Send} send
 * @param {import("../page/looking.js").Asked} worker
 */
export function bytesView(send, worker) {
  const load = async () => (await import("./hex/hex-view.js")).hexView(send, worker);
  return loadedPart("bytes", load, new URL("../styles/hex.css", import.meta.url));
}
