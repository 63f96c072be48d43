/**
 * What wraps the archive, in words: how it is called, whether it is sound,
 * and what that says of the bytes in it.
 */
import { count, counted, size } from "./format.js";

/** @typedef {import("../core/vma_inspector.js").ContainerKind} Kind */
/** @typedef {import("../core/vma_inspector.js").ContainerReport} Report */
/** @typedef {import("../shared/messages.js").Verdict} Verdict */

/** A checksum or a length that is wrong, where every byte could be unpacked. */
const MISMATCHES = new Set([
  "zstd-checksum-mismatch",
  "zstd-content-size-mismatch",
  "gzip-crc-mismatch",
  "gzip-size-mismatch",
  "block-checksum-mismatch",
  "bzip2-crc-mismatch",
]);

/** The programs that unpack them, and stop at the first fault. */
const PROGRAMS = { zstd: "zstd -d", lzop: "lzop -d", gzip: "gunzip", bzip2: "bunzip2" };

/** What the archive's own format cannot tell. */
export const NO_DATA_CHECKSUM =
  "The format has no checksum over the contents of the disks, so no program can tell from this file alone whether a byte inside them has changed.";

/**
 * How large the archive is when unpacked, if it is packed.
 * @param {Kind} kind
 * @param {number} fileSize
 * @param {Report | null} report
 */
export function compressionWords(kind, fileSize, report) {
  if (kind === "plain") return "none: the file is the archive itself";
  const unpacked = report?.contentsSize ?? null;
  const known = unpacked === null ? "known after the check" : `${size(unpacked)} unpacked`;
  const end = report?.end === "complete" || unpacked === null ? "" : ", as far as it goes";
  return `${kind}-compressed, ${size(fileSize)} → ${known}${end}`;
}

/** @param {Report} report */
export function isMismatched({ findings }) {
  return findings.some(({ code }) => MISMATCHES.has(code));
}

/**
 * Whether contents are lost with the container: it is cut, or cannot be
 * unpacked somewhere.
 * @param {Report} report
 */
export function isTorn({ end, findings }) {
  const lost = findings.some(
    ({ code }) => code === "container-damaged" || code === "container-cut",
  );
  return lost || end === "damaged";
}

/** @param {Report} report */
function readsOnlyHeaders({ kind }) {
  return kind === "lzop";
}

/**
 * What the checksums prove about the bytes in the archive.
 * @param {Report | null} report of a finished scan
 * @returns {string}
 */
export function dataSentence(report) {
  if (!report || report.kind === "plain") return NO_DATA_CHECKSUM;
  const { checked, matched, absent } = report.checksums;
  const sum = `${report.kind} checksum`;
  if (isMismatched(report)) return mismatchSentence(report, PROGRAMS[report.kind]);
  if (checked === 0) {
    return absent > 0
      ? `It was compressed without a checksum, and ${lowered(NO_DATA_CHECKSUM)}`
      : `No ${sum} could be compared. ${NO_DATA_CHECKSUM}`;
  }
  const agree =
    checked === 1
      ? `The one ${sum} that was compared agrees`
      : `All ${count(checked)} ${sum}s that were compared agree`;
  if (readsOnlyHeaders(report)) {
    return `${agree}. That is only the blocks that were unpacked so far; the check steps over the others, and saving a disk checks the rest of that disk.`;
  }
  if (absent > 0 || isTorn(report) || report.end !== "complete") {
    return `${agree}, but not all of the file has one: of the rest nobody can tell whether a byte has changed.`;
  }
  const whole =
    matched === 1
      ? `The ${sum} over the whole archive agrees`
      : `All ${count(matched)} ${sum}s, which cover the whole archive, agree`;
  return `${whole}: the bytes are those that were compressed.`;
}

/**
 * @param {Report} report
 * @param {string} program
 */
function mismatchSentence({ kind, checksums: { checked, matched } }, program) {
  const wrong = checked - matched;
  if (kind === "lzop" || (kind === "bzip2" && wrong > 0)) {
    return `${counted(wrong, "checksum of a block does", "checksums of blocks do")} not agree: bytes in there are not those that were compressed; the rest is not affected. What was unpacked can still be saved here, while “${program}” stops with an error.`;
  }
  return `What the file holds was unpacked, but it does not match the ${kind} checksum or length: a byte has changed somewhere, in the data or in the checksum itself, and nobody can tell where. What was unpacked can still be saved here, while “${program}” stops with an error and may throw away what it has.`;
}

/**
 * The container's own verdict.
 * @param {Report} report
 * @param {boolean} final whether the scan is finished
 * @returns {Verdict}
 */
export function containerVerdict(report, final) {
  const { kind, findings, end } = report;
  const worst = ["damage", "warning"].find((level) => findings.some((f) => f.severity === level));
  if (worst === "damage") {
    const title = isTorn(report) ? tornTitle(report) : `The ${kind} checksum does not agree`;
    return {
      tone: "damage",
      title,
      text: `${tornSentence(report)} ${dataSentence(report)}`.trim(),
    };
  }
  if (!final || end === null) {
    const text = "Its checksums are compared as the check unpacks them.";
    return { tone: "neutral", title: `The ${kind} compression is being checked`, text };
  }
  if (worst === "warning") {
    const title =
      end === "cut"
        ? `The ${kind} data stops without its end`
        : `The ${kind} data is whole, but something is odd`;
    return { tone: "warning", title, text: dataSentence(report) };
  }
  return { tone: "good", title: `The ${kind} data is whole`, text: dataSentence(report) };
}

/** @param {Report} report */
function tornTitle({ end, kind, findings }) {
  const damaged = findings.some(({ code }) => code === "container-damaged");
  return end === "cut" && !damaged ? `The ${kind} data is cut off` : `The ${kind} data is damaged`;
}

/**
 * What the container's state does to the archive; empty if nothing.
 * @param {Report} report
 */
export function tornSentence({ findings, kind }) {
  const places = findings.filter(({ code }) => code === "container-damaged").length;
  const isCut = findings.some(({ code }) => code === "container-cut");
  return [
    places > 0 && `The ${kind} data cannot be unpacked in ${counted(places, "place")}.`,
    isCut && `The file ends in the middle of the ${kind} data. What comes before is used.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** @param {Report} report */
export function checksumWords({ kind, checksums: { checked, matched, absent } }) {
  if (kind === "plain") return "there are none";
  const parts = [
    checked > 0 && `${count(checked)} compared, ${agreement(checked, matched)}`,
    absent > 0 && `${counted(absent, "part carries", "parts carry")} none`,
  ];
  return parts.filter(Boolean).join("; ") || "none could be compared";
}

/**
 * @param {number} checked
 * @param {number} matched
 */
function agreement(checked, matched) {
  if (matched === 0) return "none agrees";
  return matched === checked ? "all agree" : `${count(matched)} agree`;
}

/** @param {Report} report */
export function endWords({ end, kind }) {
  if (end === "complete") return `there: the ${kind} data ends as it should`;
  if (end === "cut") return "missing: the file is cut off";
  return end === "damaged"
    ? "not found: nothing behind the damage can be unpacked"
    : "not reached yet";
}

/** @param {string} sentence */
function lowered(sentence) {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
