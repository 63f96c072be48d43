/**
 * What the scan shows of what is in the file, in one heading and a few sentences that are
 * true. What it means for a restore stands in `answer.js`.
 */
import { CLUSTER_TWICE } from "../shared/codes.js";
import { dataSentence, namesOf, tornSentence } from "./container.js";
import {
  allFindings,
  clusterFaults,
  doubtBytes,
  isBeginningLost,
  isMismatched,
  isStump,
  missingBytes,
} from "./facts.js";
import { size, whenKept } from "./format.js";
import { leftOutSentences } from "./left-out.js";
import { share } from "./numbers.js";
import { ruleFor } from "./rule.js";
import { keyOf, text } from "./text.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/**
 * @typedef {import("../shared/messages.js").Verdict & { more?: string }} Verdict `text` is a
 *   few lines at most; `more` is what it is made of, at length
 */

/**
 * @param {ScannedArchive} archive
 * @returns {Verdict | null} null while the scan goes on
 */
export function verdict(archive) {
  const { phase, progress } = archive.scan;
  if (phase === "running") return null;
  if (phase === "kept") return formerly(archive);
  if (phase === "done") return finished(archive);
  const seen = share(progress?.fileBytes ?? 0, progress?.fileSize ?? 0);
  return {
    tone: phase === "failed" ? "damage" : "neutral",
    title: phase === "failed" ? text("verdict.failed") : text("verdict.stopped"),
    text: text("verdict.partly", { seen }),
  };
}

/**
 * Of a scan that was kept nothing is said as if it had been found now, and nothing
 * is green, but what has been found since.
 * @param {ScannedArchive} archive
 * @returns {Verdict}
 */
function formerly(archive) {
  const now = finished(archive);
  const when = whenKept(archive.scan);
  if (when === null || now.tone === "damage") return now;
  const title = text("kept-scan.title", { when });
  return {
    tone: "neutral",
    title,
    text: archive.gone ? text("gone.then") : text("kept-scan.text"),
  };
}

/**
 * @param {ScannedArchive} archive
 * @returns {Verdict}
 */
function finished(archive) {
  const container = archive.scan.report?.container ?? null;
  const facts = scanFacts(archive);
  const { step, tone } = ruleFor("scan", facts);
  const title = titleFor(step, archive);
  if (facts.stump) return { tone, title, text: text("verdict.stump-text") };
  const torn = container ? tornSentence(container) : "";
  const data = dataSentence(container);
  if (facts.damaged) {
    const words = [damageText(step, archive), torn].filter(Boolean).join(" ");
    return {
      tone,
      title,
      text: words,
      more: damageAtLength(archive, facts.mismatched ? data : ""),
    };
  }
  const whole = completeness(archive);
  if (step === "no-disk-title") return { tone, title, text: whole };
  return { tone, title, text: [whole, torn, data].filter(Boolean).join(" ") };
}

/**
 * What of a scan decides the verdict.
 * @param {ScannedArchive} archive
 * @returns {import("./rule.js").Facts<"scan">}
 */
function scanFacts(archive) {
  const { overview } = archive;
  const container = archive.scan.report?.container ?? null;
  const lost = lostBytes(archive) > 0;
  const doubted = doubtedBytes(archive) > 0;
  const isDamage = allFindings(archive).some(({ severity }) => severity === "damage");
  return {
    stump: isStump(archive),
    damaged: isDamage || lost || doubted,
    "beginning-lost": isBeginningLost(overview),
    "no-disks": overview.devices.length === 0,
    "nothing-found": isNothingFound(archive),
    lost,
    doubted,
    mismatched: container !== null && isMismatched(container),
    torn: container !== null && tornSentence(container) !== "",
    odd: oddCodes(archive).length > 0,
  };
}

/**
 * Codes of what is odd, of the archive and of what wraps it.
 * @param {ScannedArchive} archive
 */
function oddCodes(archive) {
  const all = [...allFindings(archive), ...(archive.scan.report?.container.findings ?? [])];
  return all.filter(({ severity }) => severity === "warning").map(({ code }) => code);
}

/**
 * @param {import("./rule.js").Rules["scan"][number][1]} step
 * @param {ScannedArchive} archive
 */
function titleFor(step, archive) {
  const { container } = archive.scan.report ?? {};
  switch (step) {
    case "stump":
      return text("verdict.stump", { size: size(archive.file.size) });
    case "unreadable":
      return text("verdict.unreadable", { disks: diskCount(archive.overview.devices.length) });
    case "lost": {
      const lost = hurtDisks(archive, (id) => missingBytes(archive, id));
      return lost.hurt.length > 1
        ? text("verdict.damaged-disks", lost)
        : text("verdict.damaged-disk", lost);
    }
    case "doubted": {
      const doubted = hurtDisks(archive, (id) => doubtBytes(archive, id));
      return doubted.hurt.length > 1
        ? text("verdict.doubted-disks", doubted)
        : text("verdict.doubted-disk", doubted);
    }
    case "sound-but-checksum":
      return text("verdict.sound-but-checksum", { kind: container ? namesOf(container) : "" });
    case "odd":
      return oddTitle(oddCodes(archive));
    default:
      return text(`verdict.${step}`);
  }
}

/** @param {string[]} codes of what is odd */
function oddTitle(codes) {
  const [first] = codes.flatMap((code) => keyOf("but-for", code) ?? []);
  return new Set(codes).size === 1 && first
    ? text("verdict.sound-but", { but: text(first) })
    : text("verdict.sound-but-odd");
}

/** @param {ScannedArchive} archive */
function completeness({ leftOut, overview, scan }) {
  if (overview.devices.length === 0) {
    return overview.configs.length === 0 ? text("verdict.nothing") : text("verdict.no-disks");
  }
  const extents = text("count.extent", { count: scan.report?.extents.count ?? 0 });
  const disks = text("count.disk", { count: overview.devices.length });
  const facts = { count: overview.totalClusters, disks, extents };
  return leftOutSentences({ leftOut, overview }).length > 0
    ? text("verdict.complete-of-it", facts)
    : text("verdict.complete", facts);
}

/**
 * Those of which some bytes are lost, or in doubt.
 * @param {ScannedArchive} archive
 * @param {(id: number) => number} bytesOf
 */
function hurtDisks({ overview, scan }, bytesOf) {
  const hurt = (scan.report?.devices ?? []).filter(({ id }) => bytesOf(id) > 0);
  const bytes = hurt.reduce((sum, { id }) => sum + bytesOf(id), 0);
  const whole = hurt.reduce((sum, { imageSize }) => sum + imageSize, 0);
  const disk = overview.devices.find(({ id }) => id === hurt[0]?.id)?.safeName ?? "";
  const disks = diskCount(hurt.length);
  return { hurt, size: size(bytes), share: share(bytes, whole), disk, disks };
}

/** @param {number} count */
function diskCount(count) {
  return text("count.disk", { count });
}

/** @param {ScannedArchive} archive */
function isNothingFound({ scan }) {
  const devices = scan.report?.devices ?? [];
  const total = devices.reduce((sum, { clusters }) => sum + clusters.total, 0);
  return total > 0 && clusterFaults(devices).missing === total;
}

/** @param {ScannedArchive} archive */
function lostBytes(archive) {
  const devices = archive.scan.report?.devices ?? [];
  return devices.reduce((sum, { id }) => sum + missingBytes(archive, id), 0);
}

/** @param {ScannedArchive} archive */
function doubtedBytes(archive) {
  const devices = archive.scan.report?.devices ?? [];
  return devices.reduce((sum, { id }) => sum + doubtBytes(archive, id), 0);
}

/**
 * @param {string} step whose title it stands below, which may say how much is in doubt
 * @param {ScannedArchive} archive
 */
function damageText(step, archive) {
  if (step === "doubted") return text("verdict.doubted-text");
  const doubt = doubtedBytes(archive);
  const doubted = doubt > 0 ? text("verdict.in-doubt", { size: size(doubt) }) : "";
  return [lossText(archive, doubted === ""), doubted].filter(Boolean).join(" ");
}

/**
 * What a damage is made of, which does not change what comes of it.
 * @param {ScannedArchive} archive
 * @param {string} data what the checksums over it say
 */
function damageAtLength(archive, data) {
  return [clustersText(archive), data].filter(Boolean).join(" ");
}

/** @param {ScannedArchive} archive */
function clustersText(archive) {
  const devices = archive.scan.report?.devices ?? [];
  const hurt = devices.filter(({ id }) => missingBytes(archive, id) > 0);
  const { missing, cut } = clusterFaults(hurt);
  const number = missing + cut;
  // Where the whole is not known there is nothing to count them against.
  if (number === 0 || isBeginningLost(archive.overview) || isNothingFound(archive)) return "";
  const count = hurt.reduce((sum, { clusters }) => sum + clusters.total, 0);
  return text("verdict.clusters", { number, count });
}

/**
 * What is damaged, where no byte of a disk is missing.
 * @param {ScannedArchive} archive
 */
function nothingMissing({ overview, trust }) {
  const damaged = trust?.places?.filter(({ severity }) => severity === "damage") ?? [];
  const isAll = (/** @type {(place: (typeof damaged)[number]) => boolean} */ is) =>
    damaged.length > 0 && damaged.every(is);
  if (isAll(({ about }) => about === "archive-header")) {
    return overview.headerStanding === "mended"
      ? text("verdict.header-mended")
      : text("verdict.header-only");
  }
  const isTwice = isAll(({ findings }) => findings.every(({ code }) => code === CLUSTER_TWICE));
  return isTwice ? text("verdict.stored-twice") : text("verdict.not-trusted");
}

/**
 * @param {ScannedArchive} archive
 * @param {boolean} isAll whether nothing is said after it
 */
function lossText(archive, isAll) {
  const { overview, scan } = archive;
  const lost = lostBytes(archive);
  if (isBeginningLost(overview)) {
    const gaps = lost > 0 ? text("verdict.beginning-lost-gaps", { size: size(lost) }) : "";
    const number = overview.devices.length;
    return [text("verdict.beginning-lost-text", { number }), gaps].filter(Boolean).join(" ");
  }
  if (isNothingFound(archive) && scan.report?.extents.count === 0) {
    return text("verdict.nothing-left");
  }
  const devices = scan.report?.devices ?? [];
  const hurt = devices.filter(({ id }) => missingBytes(archive, id) > 0);
  if (hurt.length === 0) return isAll ? nothingMissing(archive) : "";
  const whole = devices.length - hurt.length;
  const disks = { size: size(lost), number: hurt.length, disks: diskCount(devices.length) };
  if (whole > 0) return text("verdict.lost-of-some", { ...disks, count: whole });
  return devices.length === 1 ? text("verdict.lost-of-one") : text("verdict.lost-of-all", disks);
}
