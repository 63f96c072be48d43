/** What was checked, against what, and what nobody can check. */
import { checksumWords } from "./container.js";
import { EXTENT_SUM } from "../shared/codes.js";
import {
  allFindings,
  clusterFaults,
  doubtBytes,
  isBeginningLost,
  isMismatched,
  isStump,
  isTorn,
} from "./facts.js";
import { size } from "./format.js";
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
  if (isBeginningLost(overview)) {
    const against = text("checked.header-lost");
    const result = text("checked.absent");
    return { what: text("checked.header"), against, result, tone: "damage" };
  }
  return {
    what: text("checked.header"),
    against: text("checked.header-sum"),
    result: ok ? text("checked.agrees") : text("checked.differs"),
    tone: ok ? "good" : "damage",
  };
}

/**
 * How many extents' headers do not agree with their MD5, and in how many other
 * places one should stand and does not, or its data is not all there.
 * @param {Pick<ScannedArchive, "overview" | "scan">} archive
 */
export function extentFaults(archive) {
  const { checked, broken } = archive.scan.report?.extents ?? { checked: 0, broken: 0 };
  const sums = allFindings(archive).find(({ code }) => code === EXTENT_SUM)?.count ?? 0;
  const wrong = Math.min(sums, broken);
  return { checked, wrong, others: broken - wrong };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function extentsRow(archive) {
  const { checked, wrong, others } = extentFaults(archive);
  const what = text("count.extent-header", { count: checked });
  const against = text("checked.extent-sums");
  if (checked === 0 || isStump(archive)) {
    return {
      what: text("checked.extents"),
      against,
      result: text("checked.none"),
      tone: "neutral",
    };
  }
  const faults = [
    wrong > 0 && text("checked.wrong", { number: wrong }),
    others > 0 && text("checked.too-short", { number: others }),
  ];
  const result = faults.filter(Boolean).join(", ");
  if (result !== "") return { what, against, result, tone: "damage" };
  return { what, against, result: text("checked.all-agree"), tone: "good" };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function clustersRow(archive) {
  const { overview, scan } = archive;
  const devices = scan.report?.devices ?? [];
  const { missing, cut, twice } = clusterFaults(devices);
  const doubt = devices.reduce((sum, { id }) => sum + doubtBytes(archive, id), 0);
  const isUnknown = isBeginningLost(overview) || isStump(archive);
  const what = isUnknown
    ? text("checked.all-clusters")
    : text("checked.clusters", { count: overview.totalClusters });
  const against = text("checked.sizes");
  const faults = [
    missing > 0 && text("checked.missing", { number: missing }),
    cut > 0 && text("checked.incomplete", { number: cut }),
    twice > 0 && text("checked.twice", { number: twice }),
    doubt > 0 && text("checked.in-doubt", { size: size(doubt) }),
  ].filter(Boolean);
  if (isUnknown) faults.push(text("checked.size-unknown"));
  const isNone = overview.totalClusters === 0;
  const tone = missing + cut + doubt > 0 || isUnknown ? "damage" : twice > 0 ? "warning" : "good";
  if (faults.length > 0) return { what, against, result: faults.join(", "), tone };
  if (isNone) return { what, against, result: text("checked.none"), tone: "neutral" };
  return { what, against, result: text("checked.all-there"), tone };
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
