/** What the scan shows, in one heading and a few sentences that are true. */
import { count, counted, share, size } from "./format.js";

/** @typedef {import("./core/vma_inspector.js").FindingGroup} FindingGroup */
/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {"good" | "warning" | "damage" | "neutral"} Tone */
/** @typedef {{ tone: Tone, title: string, text: string }} Verdict */

/**
 * Those of the header and those of the scan, each code once, the worst first.
 * @param {ShownArchive} archive
 * @returns {FindingGroup[]}
 */
export function allFindings({ overview, scan }) {
  const scanned = scan.report?.findings ?? [];
  const codes = new Set(scanned.map(({ code }) => code));
  const groups = [...overview.findings.filter(({ code }) => !codes.has(code)), ...scanned];
  const order = ["damage", "warning", "note"];
  return groups.sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
}

/**
 * @param {ShownArchive} archive
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

/**
 * @param {ShownArchive} archive
 * @returns {Verdict}
 */
function finished(archive) {
  const groups = allFindings(archive);
  if (groups.some(({ severity }) => severity === "damage")) {
    return { tone: "damage", title: "This backup is damaged", text: damageText(archive) };
  }
  const odd = groups.some(({ severity }) => severity === "warning");
  return {
    tone: odd ? "warning" : "good",
    title: odd ? "Nothing is missing, but something is odd" : "Nothing is missing",
    text: `${completeness(archive)} ${NO_DATA_CHECKSUM}`,
  };
}

/** @param {ShownArchive} archive */
function completeness({ overview, scan }) {
  if (overview.devices.length === 0) return "This backup holds no disks, only configurations.";
  const extents = counted(scan.report?.extents.count ?? 0, "extent");
  const disks = counted(overview.devices.length, "disk");
  return `All ${count(overview.totalClusters)} clusters of ${disks} are in the file, in ${extents} with sound headers.`;
}

/** @param {ShownArchive} archive */
function damageText({ overview, scan }) {
  const devices = scan.report?.devices ?? [];
  const hurt = devices.filter(({ missingBytes }) => missingBytes > 0);
  if (hurt.length === 0) {
    return "No part of a disk is missing, but what was found below means that some of it cannot be trusted.";
  }
  const lost = hurt.reduce((sum, { missingBytes }) => sum + missingBytes, 0);
  const whole = devices.length - hurt.length;
  const rest = whole > 0 ? ` Nothing is missing of the other ${count(whole)}.` : "";
  const where = `${count(hurt.length)} of ${counted(overview.devices.length, "disk")}`;
  return `${size(lost)} that should be in the file could not be found, in ${where}.${rest} What is left can still be saved.`;
}

export const NO_DATA_CHECKSUM =
  "The format has no checksum over the contents of the disks, so no program can tell from this file alone whether a byte inside them has changed.";
