/**
 * What wraps the archive, in words: how it is called, whether it is sound,
 * and what that says of the bytes in it.
 */
import { isMismatched, isTorn, tornPlaces } from "./facts.js";
import { size, whenKept } from "./format.js";
import { count } from "./numbers.js";
import { text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").ContainerKind} Kind */
/** @typedef {import("../core/vma_inspector.js").ContainerReport} Report */
/** @typedef {import("../shared/messages.js").Verdict} Verdict */

/** The programs that unpack them, and stop at the first fault. */
export const PROGRAMS = { zstd: "zstd -d", lzop: "lzop -d", gzip: "gunzip", bzip2: "bunzip2" };

/**
 * What is read through, from the outside to the inside.
 * @param {Report} report
 */
export const namesOf = ({ kind, inside }) => [kind, ...inside].join(" + ");

/**
 * How large the archive is when unpacked, if it is packed.
 * @param {Kind} kind
 * @param {number} fileSize
 * @param {Report | null} report
 */
export function compressionWords(kind, fileSize, report) {
  if (kind === "plain") return text("compression.none");
  const packed = size(fileSize);
  const bytes = report?.unpackedSize ?? null;
  const names = report ? namesOf(report) : kind;
  if (!report || bytes === null) return text("compression.unknown", { kind: names, packed });
  const unpacked = size(bytes);
  return report.end === "complete" && !isTorn(report)
    ? text("compression.known", { kind: names, packed, unpacked })
    : text("compression.so-far", { kind: names, packed, unpacked });
}

/**
 * What the checksums prove about the bytes in the archive.
 * @param {Report | null} report of a finished scan
 * @returns {string}
 */
export function dataSentence(report) {
  if (!report || report.kind === "plain") return text("data.no-checksum");
  const { end } = report;
  const kind = namesOf(report);
  const { checked, matched, absent } = report.checksums;
  if (isMismatched(report)) return mismatchSentence(report, PROGRAMS[report.kind]);
  if (checked === 0) {
    return absent > 0 ? text("data.compressed-without") : text("data.none-compared", { kind });
  }
  if (absent > 0 || isTorn(report) || end !== "complete") {
    return text("data.not-all", { kind, count: checked });
  }
  return text("data.whole", { kind, count: matched });
}

/**
 * @param {Report} report
 * @param {string} program
 */
function mismatchSentence(report, program) {
  const {
    kind,
    checksums: { checked, matched },
  } = report;
  const wrong = checked - matched;
  if (kind === "lzop" || (kind === "bzip2" && wrong > 0)) {
    return text("data.blocks-wrong", { count: wrong, program });
  }
  return text("data.wrong", { kind: namesOf(report), program });
}

/**
 * The container's own verdict.
 * @param {Report} report
 * @param {{ phase: string, scannedAt: number | null }} scan
 * @returns {Verdict}
 */
export function containerVerdict(report, scan) {
  const { findings, end } = report;
  const kind = namesOf(report);
  const worst = ["damage", "warning"].find((level) => findings.some((f) => f.severity === level));
  const data = dataSentence(report);
  if (worst === "damage") {
    const title = isTorn(report) ? tornTitle(report) : text("container.mismatch", { kind });
    return { tone: "damage", title, text: `${tornSentence(report)} ${data}`.trim() };
  }
  const when = whenKept(scan);
  if (when !== null) {
    const title = text("kept-scan.container", { kind, when });
    return { tone: "neutral", title, text: text("kept-scan.container-text") };
  }
  if (scan.phase !== "done" || end === null) {
    const title = text("container.checking.title", { kind });
    return { tone: "neutral", title, text: text("container.checking.text") };
  }
  if (worst === "warning") {
    const title =
      end === "cut" ? text("container.no-end", { kind }) : text("container.odd", { kind });
    return { tone: "warning", title, text: data };
  }
  return { tone: "good", title: text("container.whole", { kind }), text: data };
}

/** @param {Report} report */
function tornTitle(report) {
  const { end } = report;
  const kind = namesOf(report);
  const isOnlyCut = end === "cut" && tornPlaces(report).damaged === 0;
  return isOnlyCut ? text("container.cut", { kind }) : text("container.damaged", { kind });
}

/**
 * What the container's state does to the archive; empty if nothing.
 * @param {Report} report
 */
export function tornSentence(report) {
  const kind = namesOf(report);
  const { damaged, isCut } = tornPlaces(report);
  return [
    damaged > 0 && text("container.torn-places", { kind, count: damaged }),
    isCut && text("container.torn-end", { kind }),
  ]
    .filter(Boolean)
    .join(" ");
}

/** @param {Report} report */
export function checksumWords({ kind, checksums: { checked, matched, absent } }) {
  if (kind === "plain") return text("checksums.none");
  const compared = text("checksums.compared", {
    number: checked,
    agreement: agreement(checked, matched),
  });
  const without = text("checksums.absent", { count: absent });
  const parts = [checked > 0 && compared, absent > 0 && without];
  return parts.filter(Boolean).join("; ") || text("checksums.none-compared");
}

/**
 * @param {number} checked
 * @param {number} matched
 */
function agreement(checked, matched) {
  if (matched === 0) return text("checksums.none-agrees");
  return matched === checked
    ? text("checksums.all-agree")
    : text("checksums.some-agree", { number: count(matched) });
}

/** @param {Report} report */
export function endWords(report) {
  const { end } = report;
  const kind = namesOf(report);
  if (end === "complete") return text("container-end.complete", { kind });
  if (end === "cut") return text("container-end.cut");
  return end === "damaged" ? text("container-end.damaged") : text("container-end.unknown");
}
