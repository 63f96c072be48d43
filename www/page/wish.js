/** What is known of a file before it is made. */
import { waysFor } from "./ways.js";

/** @typedef {import("./model.js").ShownArchive} ShownArchive */

/** Above it, unpacking everything once more is the quicker way to read a disk. */
const TIMES_UNPACKED_MAX = 2;

/**
 * Whether a disk lies out of order in a backup that can be unpacked only from
 * front to back.
 * @param {ShownArchive} archive
 * @param {number} deviceId
 */
export function isScattered({ timesUnpacked }, deviceId) {
  return (timesUnpacked.get(deviceId) ?? 0) > TIMES_UNPACKED_MAX;
}

/**
 * A disk in a format, made in the order that is quicker: its own, or that of
 * the backup.
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {string} format
 * @param {import("./model.js").Abilities | null} can
 * @returns {Exclude<import("../shared/messages.js").SaveWhat, { kind: "appliance" | "files" }>}
 */
export function diskWanted(archive, deviceId, format, can) {
  const inOnePass = /** @type {const} */ ({ kind: "one-pass", deviceId, format });
  const known = archive.formats.get(deviceId)?.find(({ code }) => code === format);
  // What is laid out beforehand can be written in any order.
  const isLaidOut = (known?.exact ?? false) && !PATCHED.has(format);
  const isQuicker = isLaidOut && isScattered(archive, deviceId);
  const hasWay = can !== null && waysFor(wishFor(archive, inOnePass), can).length > 0;
  if (isQuicker && hasWay) return inOnePass;
  return { kind: "disk", deviceId, format, marked: false, doubt: "as-it-is" };
}

/** Formats whose start is written when all the rest is. */
const PATCHED = new Set(["qcow2-deflate"]);

/**
 * @param {ShownArchive} archive
 * @param {import("../shared/messages.js").SaveWhat} what
 * @returns {import("./ways.js").Wish & { exact: boolean }}
 */
export function wishFor(archive, what) {
  const { overview, image, scan, formats, elsewhere, contents, file } = archive;
  const unordered = what.kind === "one-pass";
  if (what.kind === "appliance") {
    const { sizeMax = 0, exact = false } = elsewhere.facts ?? {};
    const isExact = exact && what.doubt === "as-it-is";
    return { sizeMax, exact: isExact, patched: false, unordered, sliceable: false };
  }
  if (what.kind === "files") return filesWish(contents.get(what.volume.deviceId), what);
  const code = what.format;
  const format = formats.get(what.deviceId)?.find((known) => known.code === code);
  const device = overview.devices.find(({ id }) => id === what.deviceId);
  const scanned = scan.report?.devices.find(({ id }) => id === what.deviceId);
  const isMarked = what.kind === "disk" && what.marked;
  const isFile = file.address === undefined;
  // What marks the gaps has to be stored, where zeros need not be.
  const more = isMarked && code !== "raw" ? (scanned?.missingBytes ?? 0) : 0;
  // Zeros in place of what is in doubt need not be stored.
  const isLess = what.kind === "disk" && what.doubt === "as-lost" && code !== "raw";
  return {
    // Before the scan is finished, what the header says is the best guess.
    sizeMax: (format?.size ?? scanned?.imageSize ?? device?.size ?? 0) + more,
    exact: (format?.exact ?? false) && more === 0 && !isLess,
    patched: PATCHED.has(code),
    unordered,
    sliceable: code === "raw" && !isMarked && isFile && overview.container === "plain" && !image,
  };
}

/**
 * A file is as large as its node says; how large a tar becomes shows only at the end: at
 * most as large as what it comes from, if no file has holes.
 * @param {import("../core/vma_inspector.js").DiskContents | undefined} contents of the disk
 * @param {Extract<import("../shared/messages.js").SaveWhat, { kind: "files" }>} what
 */
function filesWish(contents, { volume: { area, logical }, chosen, form }) {
  const found = contents?.areas[area];
  const all = (logical === null ? found : found?.volumes[logical])?.size ?? 0;
  const sizeMax = form === "file" ? (chosen[0]?.size ?? 0) : all;
  return { sizeMax, exact: false, patched: false, unordered: false, sliceable: false };
}
