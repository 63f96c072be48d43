/** What the scan shows, in one heading and a few sentences that are true. */
import { dataSentence, isMismatched, tornSentence } from "./container.js";
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
  const container = archive.scan.report?.container ?? null;
  const torn = container ? tornSentence(container) : "";
  const mismatched = container !== null && isMismatched(container);
  const data = dataSentence(container);
  if (groups.some(({ severity }) => severity === "damage")) {
    const rest = mismatched ? data : "";
    const text = [damageText(archive), torn, rest].filter(Boolean).join(" ");
    return { tone: "damage", title: "This backup is damaged", text };
  }
  const whole = completeness(archive);
  if (mismatched) {
    const title = "Nothing is missing, but a checksum does not agree";
    return { tone: "damage", title, text: [whole, torn, data].filter(Boolean).join(" ") };
  }
  if (torn !== "") {
    const title = "Nothing of the disks is missing, but the file is damaged";
    return { tone: "warning", title, text: `${whole} ${torn} ${data}` };
  }
  const all = [...groups, ...(container?.findings ?? [])];
  const odd = all.some(({ severity }) => severity === "warning");
  return {
    tone: odd ? "warning" : "good",
    title: odd ? "Nothing is missing, but something is odd" : "Nothing is missing",
    text: `${whole} ${data}`,
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
function damageText({ overview, scan, lost: found }) {
  const devices = scan.report?.devices ?? [];
  const missing = devices.map(({ id }) => missingBytes({ scan, lost: found }, id));
  const hurt = missing.filter((bytes) => bytes > 0);
  if (hurt.length === 0) {
    return "No part of a disk is missing, but what was found below means that some of it cannot be trusted.";
  }
  const lost = hurt.reduce((sum, bytes) => sum + bytes, 0);
  const whole = devices.length - hurt.length;
  const rest = whole > 0 ? ` Nothing is missing of the other ${count(whole)}.` : "";
  const where = `${count(hurt.length)} of ${counted(overview.devices.length, "disk")}`;
  return `${size(lost)} that should be in the file could not be found, in ${where}.${rest} What is left can still be saved.`;
}

/**
 * As the scan says, or as a save found out since.
 * @param {Pick<ShownArchive, "scan" | "lost">} archive
 * @param {number} deviceId
 */
export function missingBytes({ scan, lost }, deviceId) {
  const scanned = scan.report?.devices.find(({ id }) => id === deviceId)?.missingBytes ?? 0;
  return Math.max(scanned, lost.get(deviceId) ?? 0);
}
