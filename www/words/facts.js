/** What follows from a report before anything is put into words. Pure. */

import {
  BLOCK_MISMATCH,
  CONTAINER_CUT,
  CONTAINER_DAMAGED,
  EXTENT_MAGIC,
  EXTENT_SUM,
  HEADER_CUT,
  MISMATCHES,
} from "../shared/codes.js";

/** @typedef {import("../core/vma_inspector.js").ContainerReport} ContainerReport */
/** @typedef {import("../core/vma_inspector.js").FindingGroup} FindingGroup */
/** @typedef {import("../core/vma_inspector.js").ScanReport} ScanReport */
/** @typedef {import("../core/vma_inspector.js").DeviceStatistics} Statistics */
/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */

/**
 * Those of the header and those of the scan, each code once, the worst first.
 * @param {Pick<ScannedArchive, "overview" | "scan">} archive
 * @returns {FindingGroup[]}
 */
export function allFindings({ overview, scan }) {
  const scanned = scan.report?.findings ?? [];
  const codes = new Set(scanned.map(({ code }) => code));
  const groups = [...overview.findings.filter(({ code }) => !codes.has(code)), ...scanned];
  const order = ["damage", "warning", "note"];
  return groups.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/** @param {import("../core/vma_inspector.js").DeviceStatistics[]} devices */
export function clusterFaults(devices) {
  /** @param {"missing" | "cut" | "twice"} kind */
  const sum = (kind) => devices.reduce((all, { clusters }) => all + clusters[kind], 0);
  return { missing: sum("missing"), cut: sum("cut"), twice: sum("twice") };
}

/** Of each report its disks by their numbers. @type {WeakMap<ScanReport, Map<number, Statistics>>} */
const byReport = new WeakMap();

/**
 * What a scan found of one disk. There may be hundreds, and each is asked for often.
 * @param {ScanReport | null} report
 * @param {number} deviceId
 */
export function statisticsOf(report, deviceId) {
  if (!report) return undefined;
  const known = byReport.get(report) ?? new Map(report.devices.map((each) => [each.id, each]));
  byReport.set(report, known);
  return known.get(deviceId);
}

/**
 * As the scan says, or as a save found out since.
 * @param {Pick<ScannedArchive, "scan" | "lost">} archive
 * @param {number} deviceId
 */
export function missingBytes({ scan, lost }, deviceId) {
  const scanned = statisticsOf(scan.report, deviceId)?.missingBytes ?? 0;
  return Math.max(scanned, lost.get(deviceId) ?? 0);
}

/**
 * Bytes of a disk that can be read and something speaks against.
 * @param {Pick<ScannedArchive, "scan">} archive
 * @param {number} deviceId
 */
export function doubtBytes({ scan }, deviceId) {
  return statisticsOf(scan.report, deviceId)?.doubtBytes ?? 0;
}

/**
 * Whether a checksum over the whole does not agree and nothing says where, or could
 * not be compared, so that no disk is proven right.
 * @param {ContainerReport} report
 * @param {number} doubted bytes of all disks that are known to be hit
 */
function isUnproven(report, doubted) {
  const { kind, findings } = report;
  // What is decoded in order has one checksum over everything, behind the damage.
  if (isTorn(report) && (kind === "zstd" || kind === "gzip")) return true;
  const codes = findings.map(({ code }) => code).filter((code) => MISMATCHES.has(code));
  return codes.some((code) => code !== BLOCK_MISMATCH || doubted === 0);
}

/**
 * What speaks against bytes of some disks that can be read.
 * @param {import("../core/vma_inspector.js").ScanReport | null} report
 * @param {number[]} deviceIds
 */
export function doubtOf(report, deviceIds) {
  const devices = report?.devices ?? [];
  const all = devices.reduce((sum, { doubtBytes: bytes }) => sum + bytes, 0);
  const bytes = devices
    .filter(({ id }) => deviceIds.includes(id))
    .reduce((sum, { doubtBytes: bytes }) => sum + bytes, 0);
  return { bytes, isUnproven: report !== null && isUnproven(report.container, all) };
}

/**
 * Whether nobody knows how many disks there were, nor how long they are.
 * @param {Pick<ScannedArchive["overview"], "headerStanding">} overview
 */
export function isBeginningLost({ headerStanding }) {
  return headerStanding === "lost";
}

/**
 * Whether the file ends inside the archive's header, which names the disks.
 * @param {Pick<ScannedArchive["overview"], "findings">} overview
 */
export function isHeaderCut({ findings }) {
  return findings.some(({ code }) => code === HEADER_CUT);
}

/**
 * Whether it does, and nothing of a disk is in it.
 * @param {Pick<ScannedArchive, "overview" | "scan">} archive
 */
export function isStump({ overview, scan }) {
  return isHeaderCut(overview) && (scan.report?.extents.count ?? 0) === 0;
}

/**
 * The headers of extents: how many were found and compared, how many of those do
 * not agree, and at how many places none starts where one should. Every number
 * of them on the page is one of these.
 * @param {Pick<ScannedArchive, "overview" | "scan" | "trust">} archive
 */
export function extentHeaders(archive) {
  const { count, broken } = archive.scan.report?.extents ?? { count: 0, broken: 0 };
  const places = archive.trust?.places;
  if (places) {
    const wrong = places.filter(({ about }) => about === "extent-header").length;
    const absent = places.filter(({ about }) => about === "no-extent-header").length;
    return { found: count + wrong, wrong, absent };
  }
  // What is no header at all does not agree with a checksum either.
  const [sums = 0, magics = 0] = [EXTENT_SUM, EXTENT_MAGIC].map((wanted) => {
    return allFindings(archive).find(({ code }) => wanted === code)?.count;
  });
  const wrong = Math.min(Math.max(sums - magics, 0), broken);
  return { found: count + wrong, wrong, absent: Math.min(magics, broken - wrong) };
}

/**
 * Drives of the configuration that a person would look for and that are not in
 * the backup.
 * @param {ScannedArchive["leftOut"]} leftOut
 */
export function missedDrives(leftOut) {
  const missed = ["excluded", "not-there"];
  return leftOut?.drives.filter(({ state }) => missed.includes(state)) ?? [];
}

/** @param {ContainerReport} report */
export function isMismatched({ findings }) {
  return findings.some(({ code }) => MISMATCHES.has(code));
}

/**
 * In how many places a container cannot be unpacked, and whether it is cut.
 * @param {ContainerReport} report
 */
export function tornPlaces({ findings }) {
  return {
    damaged: findings.filter(({ code }) => code === CONTAINER_DAMAGED).length,
    isCut: findings.some(({ code }) => code === CONTAINER_CUT),
  };
}

/**
 * Whether contents are lost with the container: it is cut, or cannot be
 * unpacked somewhere.
 * @param {ContainerReport} report
 */
export function isTorn(report) {
  const { damaged, isCut } = tornPlaces(report);
  return damaged > 0 || isCut || report.end === "damaged";
}
