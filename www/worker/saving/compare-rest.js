/** What a save does behind its own end where an earlier scan is relied on. */
import { nextTurn } from "../turn.js";

/** @typedef {import("../session.js").Session} Session */

/**
 * Unpacks what lies behind the part that was read, so that the checksums over all of
 * it are compared: nobody has compared them this time.
 * @param {Session} session
 * @param {AbortSignal} signal
 */
export async function compareRest({ archive, source, kept, compressed }, signal) {
  if (!kept || !compressed) return;
  try {
    while (!archive.unpackOn()) {
      await source.readAhead();
      await nextTurn();
      signal.throwIfAborted();
    }
  } finally {
    source.endReadAhead();
  }
}
