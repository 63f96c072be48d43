/** What the scan shows, in one heading and a few sentences that are true. */
import { dataSentence, tornSentence } from "./container.js";
import { allFindings, clusterFaults, isMismatched, missingBytes } from "./facts.js";
import { size } from "./format.js";
import { share } from "./numbers.js";
import { keyOf, text } from "./text.js";

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
  const seen = share(progress?.fileBytes ?? 0, progress?.fileSize ?? 0);
  return {
    tone: phase === "failed" ? "damage" : "neutral",
    title: phase === "failed" ? text("verdict.failed") : text("verdict.stopped"),
    text: text("verdict.partly", { seen }),
  };
}

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
    const words = [damageText(archive), torn, rest].filter(Boolean).join(" ");
    return { tone: "damage", title: damageTitle(archive), text: words };
  }
  const whole = completeness(archive);
  const words = [whole, torn, data].filter(Boolean).join(" ");
  if (mismatched) {
    const title = text("verdict.sound-but-checksum", { kind: container.kind });
    return { tone: "damage", title, text: words };
  }
  if (torn !== "") {
    const title = text("verdict.sound-but-compression");
    return { tone: "warning", title, text: words };
  }
  const all = [...groups, ...(container?.findings ?? [])];
  const odd = all.filter(({ severity }) => severity === "warning").map(({ code }) => code);
  return { tone: odd.length > 0 ? "warning" : "good", title: soundTitle(odd), text: words };
}

/** @param {string[]} codes of what is odd */
function soundTitle(codes) {
  const [first] = codes.flatMap((code) => keyOf("but-for", code) ?? []);
  if (codes.length === 0) return text("verdict.sound");
  return new Set(codes).size === 1 && first
    ? text("verdict.sound-but", { but: text(first) })
    : text("verdict.sound-but-odd");
}

/** @param {ScannedArchive} archive */
function completeness({ overview, scan }) {
  if (overview.devices.length === 0) {
    return text("verdict.no-disks");
  }
  const extents = text("count.extent", { count: scan.report?.extents.count ?? 0 });
  const disks = text("count.disk", { count: overview.devices.length });
  return text("verdict.complete", { count: overview.totalClusters, disks, extents });
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
    return text("verdict.unreadable", { clusters: text("count.cluster", { count: total }) });
  }
  const [only] = hurt;
  const number = missing + cut;
  if (only && hurt.length === 1) {
    const disk = overview.devices.find(({ id }) => id === only.id)?.safeName ?? "";
    const total = text("count.cluster", { count: only.clusters.total });
    return cut > 0
      ? text("verdict.damaged-disk-incomplete", { number, total, disk })
      : text("verdict.damaged-disk", { number, total, disk });
  }
  if (hurt.length > 1) {
    const clusters = text("count.cluster", { count: total });
    const disks = text("count.disk", { count: hurt.length });
    return cut > 0
      ? text("verdict.damaged-disks-incomplete", { number, total: clusters, disks })
      : text("verdict.damaged-disks", { number, total: clusters, disks });
  }
  const lost = lostBytes(archive);
  return lost > 0
    ? text("verdict.damaged-bytes", { size: size(lost) })
    : text("verdict.no-cluster-lost");
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
  const doubt = devices.reduce((sum, { doubtBytes }) => sum + doubtBytes, 0);
  const doubted = doubt > 0 ? text("verdict.in-doubt", { size: size(doubt) }) : "";
  if (hurt.length === 0) return doubted || text("verdict.not-trusted");
  const lost = hurt.reduce((sum, bytes) => sum + bytes, 0);
  const whole = devices.length - hurt.length;
  const hurtDisks = {
    size: size(lost),
    number: hurt.length,
    disks: text("count.disk", { count: overview.devices.length }),
  };
  const words =
    whole > 0
      ? text("verdict.lost-of-some", { ...hurtDisks, count: whole })
      : text("verdict.lost-of-all", hurtDisks);
  return [words, doubted].filter(Boolean).join(" ");
}
