/** What state a disk is in, in a few words; never good where something speaks against it. */
import { isScanned } from "../shared/scan-phase.js";
import { doubtOf, isBeginningLost, missingBytes } from "./facts.js";
import { size } from "./format.js";
import { text } from "./text.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("../shared/messages.js").Tone} Tone */
/** @typedef {import("../core/vma_inspector.js").DeviceStatistics} Statistics */
/** @typedef {{ tone: Tone, words: string }} Said */

/**
 * What is missing and what is in doubt stand beside each other.
 * @param {ScannedArchive} archive
 * @param {Statistics} statistics
 * @returns {Said[]} at least one
 */
export function diskState(archive, statistics) {
  const { scan, overview } = archive;
  if (!isScanned(scan)) return [said("neutral", text("device.partly-scanned"))];
  const { id, clusters } = statistics;
  const missing = missingBytes(archive, id);
  const doubt = doubtOf(scan.report, [id]);
  const isLost = isBeginningLost(overview);
  const hurt = [
    ...(missing > 0 ? [said("damage", lacks(missing, isLost))] : []),
    ...(doubt.bytes > 0
      ? [said("damage", text("device.in-doubt", { size: size(doubt.bytes) }))]
      : []),
    ...(missing + doubt.bytes > 0 && doubt.isUnproven
      ? [said("warning", text("device.rest-not-proven"))]
      : []),
    ...(isLost ? [said("warning", text("device.size-unknown"))] : []),
  ];
  if (hurt.length > 0) return hurt;
  // Nobody can tell whether this disk is hit.
  if (doubt.isUnproven) return [said("warning", text("device.not-proven"))];
  if (clusters.twice > 0) return [said("warning", text("device.twice"))];
  if (archive.image) return [said("neutral", text("device.not-checked"))];
  // When that was is told with the answer.
  if (scan.phase === "kept") return [said("neutral", text("kept-scan.nothing-missing"))];
  return [said("good", text("device.nothing-missing"))];
}

/**
 * @param {number} missing bytes
 * @param {boolean} isLost whether nobody knows how long the disk is
 */
function lacks(missing, isLost) {
  return isLost
    ? text("device.bytes-missing-at-least", { size: size(missing) })
    : text("device.bytes-missing", { size: size(missing) });
}

/**
 * @param {Tone} tone
 * @param {string} words
 * @returns {Said}
 */
function said(tone, words) {
  return { tone, words };
}
