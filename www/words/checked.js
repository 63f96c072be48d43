/** What was checked, against what, and what nobody can check. */
import { checksumWords, isMismatched, isTorn } from "./container.js";
import { clusterFaults } from "./facts.js";
import { count, counted } from "./format.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("../shared/messages.js").Tone} Tone */
/** @typedef {import("../shared/messages.js").Checked} Checked */

/** What the data in a disk once meant is not in the backup. */
export const NOT_CHECKED =
  "Nobody can tell from a backup whether what the machine had on its disks was in order when it was made.";

/**
 * @param {ScannedArchive} archive with a finished scan
 * @returns {Checked[]}
 */
export function checkedRows(archive) {
  return [headerRow(archive), extentsRow(archive), clustersRow(archive), ...dataRows(archive)];
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function headerRow({ overview }) {
  const { ok } = overview.headerChecksum;
  return {
    what: "The archive's header",
    against: "its MD5 checksum",
    result: ok ? "agrees" : "does not agree",
    tone: ok ? "good" : "damage",
  };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function extentsRow({ scan }) {
  const { checked, broken } = scan.report?.extents ?? { checked: 0, broken: 0 };
  return {
    what: counted(checked, "extent header"),
    against: "the MD5 checksum of each, its magic and the archive's UUID",
    result: broken === 0 ? "all agree" : `${count(broken)} wrong`,
    tone: broken === 0 ? "good" : "damage",
  };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function clustersRow({ overview, scan }) {
  const { missing, cut, twice } = clusterFaults(scan.report?.devices ?? []);
  const faults = [
    missing > 0 && `${count(missing)} missing`,
    cut > 0 && `${count(cut)} incomplete`,
    twice > 0 && `${count(twice)} stored twice`,
  ];
  return {
    what: `${counted(overview.totalClusters, "cluster")} of the disks (64 KiB each)`,
    against: "the disks' sizes in the header: each once",
    result: faults.filter(Boolean).join(", ") || "all there, each once",
    tone: missing + cut > 0 ? "damage" : twice > 0 ? "warning" : "good",
  };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked[]}
 */
function dataRows({ scan }) {
  const container = scan.report?.container;
  const nothing = "nothing: the format has no checksum over it";
  const what = "The contents of the disks";
  if (!container || container.kind === "plain") {
    return [{ what, against: nothing, result: "nobody can check it", tone: "neutral" }];
  }
  const { kind, checksums } = container;
  const bad = isMismatched(container) || isTorn(container);
  const compared = {
    what: `The compressed data (${kind}), and with it the contents of the disks`,
    against: `the ${kind} checksums`,
    result: checksumWords(container),
    tone: /** @type {Tone} */ (bad ? "damage" : checksums.checked > 0 ? "good" : "neutral"),
  };
  const covered = checksums.absent === 0 && container.end === "complete" && kind !== "lzop";
  if (covered && checksums.checked > 0) return [compared];
  const rest = "What no checksum covers";
  const open =
    kind === "lzop"
      ? "blocks that were stepped over are checked when a disk is saved"
      : "nobody can check it";
  return [compared, { what: rest, against: nothing, result: open, tone: "neutral" }];
}
