/** How far the knowledge of a scan goes. */

/**
 * Whether all that a scan can find is known, found now or on an earlier occasion.
 * @param {{ phase: import("./messages.js").ScanPhase }} scan
 */
export function isScanned({ phase }) {
  return phase === "done" || phase === "kept";
}
