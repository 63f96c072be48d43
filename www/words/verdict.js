/** What the scan shows, in one heading and a few sentences that are true. */
import { dataSentence, isMismatched, tornSentence } from "./container.js";
import { allFindings, clusterFaults, missingBytes } from "./facts.js";
import { count, counted, share, size } from "./format.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("../shared/messages.js").Verdict} Verdict */

/**
 * @param {ScannedArchive} archive
 * @returns {Verdict | null} null while the scan goes on
 */
export function verdict(archive) {
  const { phase, progress } = archive.scan;
  if (phase === "running") return null;
  if (phase === "done") return finished(archive);
  const seen = progress ? share(progress.fileBytes, progress.fileSize) : "0 %";
  return {
    tone: phase === "failed" ? "damage" : "neutral",
    title: phase === "failed" ? "The scan could not go on" : "The scan was stopped",
    text: `${seen} of the file was scanned. The numbers below count only that much, and disks can be saved only after a whole scan.`,
  };
}

/** What a backup is sound but for, by the code of the finding. @type {Record<string, string>} */
const BUT_FOR = {
  "trailing-bytes": "bytes behind its end",
  "device-zero-declared": "an entry for a disk number 0",
  "blob-pointer-inside-blob": "an odd entry in its header",
  "name-unterminated": "a name without its end",
  "extent-reserved-nonzero": "bits that should be empty",
  "block-past-end": "data behind the end of a disk",
  "end-marker-missing": "the mark at the end of the compression",
  "trailing-garbage": "bytes behind the compression",
  "header-checksum-mismatch": "a header of the compression",
};

/**
 * @param {ScannedArchive} archive
 * @returns {Verdict}
 */
function finished(archive) {
  const groups = allFindings(archive);
  const container = archive.scan.report?.container ?? null;
  const torn = container ? tornSentence(container) : "";
  const mismatched = container !== null && isMismatched(container);
  const data = dataSentence(container);
  if (groups.some(({ severity }) => severity === "damage") || lostBytes(archive) > 0) {
    const rest = mismatched ? data : "";
    const text = [damageText(archive), torn, rest].filter(Boolean).join(" ");
    return { tone: "damage", title: damageTitle(archive), text };
  }
  const whole = completeness(archive);
  const text = [whole, torn, data].filter(Boolean).join(" ");
  if (mismatched) {
    const title = `This backup is sound but for the ${container.kind} checksum, which does not agree`;
    return { tone: "damage", title, text };
  }
  if (torn !== "") {
    const title = "This backup is sound but for the compression, which is damaged";
    return { tone: "warning", title, text };
  }
  const all = [...groups, ...(container?.findings ?? [])];
  const odd = all.filter(({ severity }) => severity === "warning").map(({ code }) => code);
  return {
    tone: odd.length > 0 ? "warning" : "good",
    title: `This backup is sound${butFor(odd)}`,
    text,
  };
}

/** @param {string[]} codes of what is odd */
function butFor(codes) {
  const known = codes.map((code) => BUT_FOR[code]).filter((words) => words !== undefined);
  if (codes.length === 0) return "";
  const [first] = known;
  return new Set(codes).size === 1 && first ? ` but for ${first}` : " but for what is odd below";
}

/** @param {ScannedArchive} archive */
function completeness({ overview, scan }) {
  if (overview.devices.length === 0) {
    return "Nothing is missing: this backup holds no disks, only configurations.";
  }
  const extents = counted(scan.report?.extents.count ?? 0, "extent");
  const disks = counted(overview.devices.length, "disk");
  return `Nothing is missing: all ${count(overview.totalClusters)} clusters of ${disks} are in the file, in ${extents} with sound headers.`;
}

/**
 * How many clusters of how many are lost, and of which disk.
 * @param {ScannedArchive} archive
 */
function damageTitle(archive) {
  const { overview, scan } = archive;
  const devices = scan.report?.devices ?? [];
  const hurt = devices.filter(({ clusters }) => clusters.missing + clusters.cut > 0);
  const total = devices.reduce((sum, { clusters }) => sum + clusters.total, 0);
  const { missing, cut } = clusterFaults(hurt);
  if (missing > 0 && missing === total) {
    return `This backup is unreadable: none of its ${counted(total, "cluster")} could be found`;
  }
  const are = cut > 0 ? "are lost or incomplete" : "are lost";
  const [only] = hurt;
  if (only && hurt.length === 1) {
    const name = overview.devices.find(({ id }) => id === only.id)?.safeName;
    return `This backup is damaged: ${count(missing + cut)} of ${counted(only.clusters.total, "cluster")} of ${name} ${are}`;
  }
  if (hurt.length > 1) {
    return `This backup is damaged: ${count(missing + cut)} of ${counted(total, "cluster")} ${are}, in ${counted(hurt.length, "disk")}`;
  }
  const lost = lostBytes(archive);
  return lost > 0
    ? `This backup is damaged: ${size(lost)} of its disks are lost`
    : "This backup is damaged, and no cluster of it is lost";
}

/** @param {ScannedArchive} archive */
function lostBytes({ scan, lost }) {
  const devices = scan.report?.devices ?? [];
  return devices.reduce((sum, { id }) => sum + missingBytes({ scan, lost }, id), 0);
}

/** @param {ScannedArchive} archive */
function damageText({ overview, scan, lost: found }) {
  const devices = scan.report?.devices ?? [];
  const missing = devices.map(({ id }) => missingBytes({ scan, lost: found }, id));
  const hurt = missing.filter((bytes) => bytes > 0);
  if (hurt.length === 0) {
    return "No part of a disk is missing, but what was found below means that some of it cannot be trusted.";
  }
  const lost = hurt.reduce((sum, bytes) => sum + bytes, 0);
  const whole = devices.length - hurt.length;
  const rest =
    whole > 0 ? ` Nothing is missing of the other${whole > 1 ? ` ${count(whole)}` : ""}.` : "";
  const where = `${count(hurt.length)} of ${counted(overview.devices.length, "disk")}`;
  return `${size(lost)} that should be in the file could not be found, in ${where}.${rest} What is left of this damaged backup can still be saved.`;
}
