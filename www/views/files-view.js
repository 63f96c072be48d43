/** The part in which the files of the disks are looked at. */
import { loadedPart } from "./loaded-part.js";

/**
 * @param {import("../page/model.js").Send} send
 * @param {import("../page/files.js").Asked} worker
 */
export function filesView(send, worker) {
  const load = async () => (await import("./files/inside-view.js")).insideView(send, worker);
  return loadedPart("files", load, new URL("../styles/files.css", import.meta.url).href);
}
