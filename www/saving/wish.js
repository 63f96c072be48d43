/** What is known of a file before it is made. */

/** @typedef {import("../model.js").ShownArchive} ShownArchive */

/** Formats whose start is written when all the rest is. */
const PATCHED = new Set(["qcow2-deflate"]);

/**
 * @param {ShownArchive} archive
 * @param {import("../messages.js").SaveWhat} what
 * @returns {import("./ways.js").Wish & { exact: boolean }}
 */
export function wishFor({ overview, scan, formats, elsewhere }, what) {
  const unordered = what.kind === "one-pass";
  if (what.kind === "appliance") {
    const { sizeMax = 0, exact = false } = elsewhere.facts ?? {};
    return { sizeMax, exact, patched: false, unordered, sliceable: false };
  }
  const code = what.kind === "disk" ? what.format : "raw";
  const format = formats.get(what.deviceId)?.find((known) => known.code === code);
  const device = overview.devices.find(({ id }) => id === what.deviceId);
  const scanned = scan.report?.devices.find(({ id }) => id === what.deviceId);
  const isMarked = what.kind === "disk" && what.marked;
  // What marks the gaps has to be stored, where zeros need not be.
  const more = isMarked && code !== "raw" ? (scanned?.missingBytes ?? 0) : 0;
  return {
    // Before the scan is finished, what the header says is the best guess.
    sizeMax: (format?.size ?? scanned?.imageSize ?? device?.size ?? 0) + more,
    exact: (format?.exact ?? false) && more === 0,
    patched: PATCHED.has(code),
    unordered,
    sliceable: code === "raw" && !isMarked && overview.container === "plain",
  };
}
