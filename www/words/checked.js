/** What was checked, against what, and what nobody can check. */
import { checksumWords } from "./container.js";
import { clusterFaults, isMismatched, isTorn } from "./facts.js";
import { text } from "./text.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("../shared/messages.js").Tone} Tone */
/** @typedef {import("../shared/messages.js").Checked} Checked */

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
    what: text("checked.header"),
    against: text("checked.header-sum"),
    result: ok ? text("checked.agrees") : text("checked.differs"),
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
    what: text("count.extent-header", { count: checked }),
    against: text("checked.extent-sums"),
    result: broken === 0 ? text("checked.all-agree") : text("checked.wrong", { number: broken }),
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
    missing > 0 && text("checked.missing", { number: missing }),
    cut > 0 && text("checked.incomplete", { number: cut }),
    twice > 0 && text("checked.twice", { number: twice }),
  ];
  return {
    what: text("checked.clusters", { count: overview.totalClusters }),
    against: text("checked.sizes"),
    result: faults.filter(Boolean).join(", ") || text("checked.all-there"),
    tone: missing + cut > 0 ? "damage" : twice > 0 ? "warning" : "good",
  };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked[]}
 */
function dataRows({ scan }) {
  const container = scan.report?.container;
  const nothing = text("checked.no-sum");
  const what = text("checked.contents");
  if (!container || container.kind === "plain") {
    return [{ what, against: nothing, result: text("checked.nobody"), tone: "neutral" }];
  }
  const { kind, checksums } = container;
  const bad = isMismatched(container) || isTorn(container);
  const compared = {
    what: text("checked.compressed", { kind }),
    against: text("checked.container-sums", { kind }),
    result: checksumWords(container),
    tone: /** @type {Tone} */ (bad ? "damage" : checksums.checked > 0 ? "good" : "neutral"),
  };
  const covered = checksums.absent === 0 && container.end === "complete";
  if (covered && checksums.checked > 0) return [compared];
  const rest = text("checked.rest");
  return [
    compared,
    { what: rest, against: nothing, result: text("checked.nobody"), tone: "neutral" },
  ];
}
