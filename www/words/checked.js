/** What was checked, against what, and what nobody can check. */
import { checksumWords } from "./container.js";
import {
  clusterFaults,
  doubtBytes,
  extentHeaders,
  isBeginningLost,
  isHeaderCut,
  isMismatched,
  isStump,
  isTorn,
} from "./facts.js";
import { size, whenKept } from "./format.js";
import { text } from "./text.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("../shared/messages.js").Tone} Tone */
/** @typedef {import("../shared/messages.js").Checked} Checked */

/**
 * @param {ScannedArchive} archive with a finished scan
 * @returns {Checked[]}
 */
export function checkedRows(archive) {
  const found = [extentsRow(archive), clustersRow(archive), ...dataRows(archive)];
  const isKept = archive.scan.phase === "kept";
  const header = headerRow(archive);
  return [archive.gone ? asFormer(header) : header, ...(isKept ? found.map(asFormer) : found)];
}

/**
 * What was found earlier is no good news now.
 * @param {Checked} row
 * @returns {Checked}
 */
function asFormer(row) {
  return row.tone === "good" ? { ...row, tone: "neutral" } : row;
}

/**
 * @param {ScannedArchive} archive with a finished scan
 */
export function checkedCaption({ scan }) {
  const when = whenKept(scan);
  return when === null ? text("checked.caption") : text("checked.caption-then", { when });
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function headerRow({ overview }) {
  const what = text("checked.header");
  if (isBeginningLost(overview)) {
    const against = text("checked.header-lost");
    return { what, against, result: text("checked.absent"), tone: "damage" };
  }
  const against = text("checked.header-sum");
  const isGood = overview.headerChecksum.ok && !isHeaderCut(overview);
  return { what, against, result: headerResult(overview), tone: isGood ? "good" : "damage" };
}

/** @param {ScannedArchive["overview"]} overview of which the header is there, or a part of it */
export function headerResult(overview) {
  if (isHeaderCut(overview)) return text("checked.cut-off");
  if (overview.headerStanding === "mended") return text("checked.mended");
  if (overview.headerStanding === "further-on") return text("checked.further-on");
  return overview.headerChecksum.ok ? text("checked.agrees") : text("checked.differs");
}

/**
 * @param {ScannedArchive} archive
 * @returns {Checked}
 */
function extentsRow(archive) {
  const { overview, scan } = archive;
  const { found, wrong, absent } = extentHeaders(archive);
  const against = text("checked.extent-sums");
  const isShort = isStump(archive) || overview.totalClusters > 0;
  if (found === 0) {
    const result = isShort ? text("checked.none-here") : text("checked.none");
    const tone = isShort ? "damage" : "neutral";
    return { what: text("checked.extents"), against, result, tone };
  }
  const what = text("count.extent-header", { count: found });
  const { missing } = clusterFaults(scan.report?.devices ?? []);
  const isAll = missing === 0 && !isBeginningLost(overview);
  const agreement = isAll && absent === 0 ? text("checked.all-agree") : text("checked.found-agree");
  const parts = [
    wrong > 0 ? text("checked.wrong", { number: wrong }) : agreement,
    absent > 0 && text("checked.no-header-at", { count: absent }),
  ];
  const tone = wrong + absent > 0 ? "damage" : isAll ? "good" : "neutral";
  return { what, against, result: parts.filter(Boolean).join("; "), tone };
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
  const what =
    isUnknown || overview.totalClusters === 0
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
