/** Whether threads unpack ahead of somebody. */

/** What is smaller is unpacked sooner than threads are there. */
const SIZE_MIN = 16 * 1024 * 1024;

/**
 * Has threads unpack ahead, until they are ended by who calls this; where memory can be
 * shared with any, and they are of use.
 * @param {Pick<import("../session.js").Session, "archive" | "source" | "compressed">} holder
 * @param {number} [bytes] that are to be had; all of the archive, if nothing else is said
 * @returns {Promise<{ end: () => void } | null>}
 */
export async function handsFor({ archive, source, compressed }, bytes = source.size) {
  const isLarge = Math.min(bytes, source.size) >= SIZE_MIN;
  if (!compressed || !isLarge || !self.crossOriginIsolated) return null;
  const hands = await import("./hands.js");
  return hands.handsFor(archive);
}
