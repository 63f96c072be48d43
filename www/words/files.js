/** What is told of the files of a disk, in words. Pure. */
import { failureOf } from "../shared/failure.js";
import { areaName, kindWord } from "./disk-contents.js";
import { size, times } from "./format.js";
import { failureSentence } from "./sentences.js";
import { keyOf, text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").DiskArea} DiskArea */
/** @typedef {import("../shared/files.js").FileFault} FileFault */
/** @typedef {import("../shared/files.js").FileName} FileName */
/** @typedef {import("../shared/files.js").FileTime} FileTime */
/** @typedef {import("../shared/files.js").FileType} FileType */
/** @typedef {import("../shared/files.js").FilesUpdate} FilesUpdate */

/**
 * Why something cannot be had; what about it is the core's own word, and stands beside.
 * @param {FileFault} fault
 */
export function faultWords({ code }) {
  const key = keyOf("file-fault", code);
  return key ? text(key) : failureSentence(code).text;
}

/**
 * What a request of the Worker's failed with, as a fault.
 * @param {unknown} error
 * @returns {FileFault}
 */
export function faultOf(error) {
  const { code, message } = failureOf(error);
  return { code, about: message };
}

/** @param {string} code of what a person should know of a file system */
export function noteWords(code) {
  const key = keyOf("file-note", code);
  return key ? text(key) : code;
}

/** @param {FileType | null} type */
export function typeWord(type) {
  return text(/** @type {const} */ (`file-type.${type ?? "unknown"}`));
}

/**
 * A file system in the list of all: where it is, what it is, its label and size.
 * @param {DiskArea} part
 * @param {string} disk
 */
export function volumeLabel(part, disk) {
  const { number, name } = part;
  const where =
    number === null ? (name ?? "") : text("files.partition", { number: String(number) });
  const what = areaName({ ...part, purpose: part.volume ? null : part.purpose, volumes: [] });
  return [disk, where, what, size(part.size)].filter((each) => each !== "").join(" · ");
}

/**
 * Why no files are shown of a part.
 * @param {DiskArea} part
 * @param {boolean} isLogical whether it is a logical volume
 */
export function notReadWords({ volume, pending, lost, share, refusal }, isLogical) {
  if (refusal) return refusalWords(refusal);
  if (pending || share === "unknown") return text("not-read.pending");
  if (!volume && lost) return text("not-read.lost");
  if (!volume) return isLogical ? text("not-read.logical") : text("not-read.unknown");
  const key = keyOf("not-read", volume.kind);
  return key ? text(key) : text("files.kind-not-read", { kind: kindWord(volume.kind) });
}

/**
 * Why something is not put together.
 * @param {NonNullable<DiskArea["refusal"]>} refusal
 */
function refusalWords({ code, about }) {
  return text(`not-joined.${code}`, { about });
}

/** @param {FilesUpdate} update */
export function unpackingWords({ done, total }) {
  return text("files.unpacking", { done: size(done), total: size(Math.max(done, total)) });
}

/**
 * A time for a column: to the minute.
 * @param {FileTime | null | undefined} time
 */
export function shortTime(time) {
  const known = time && times(time.seconds);
  return known ? known.utc.slice(0, -":00 UTC".length) : "";
}

/**
 * A time with all that is known of it.
 * @param {FileTime | null} time
 */
export function longTime(time) {
  if (!time) return null;
  const { seconds, nanoseconds, isLocal } = time;
  const known = times(seconds);
  if (!known) return text("files.no-date", { seconds: String(seconds) });
  const fraction = String(nanoseconds).padStart(9, "0").replace(/0+$/, "");
  const plain = known.utc.slice(0, -" UTC".length);
  const full = fraction === "" ? plain : `${plain}.${fraction}`;
  return isLocal ? text("files.wall-clock", { time: full }) : `${full} UTC`;
}

const LETTERS = { file: "-", directory: "d", link: "l", block: "b", character: "c" };
const TYPE_LETTERS = new Map(Object.entries({ ...LETTERS, fifo: "p", socket: "s" }));

/**
 * A mode as `ls -l` writes it.
 * @param {number} mode its lower twelve bits
 * @param {FileType | null} type
 */
export function modeLetters(mode, type) {
  const groups = [6, 3, 0].map((shift, at) => {
    const bits = (mode >> shift) & 7;
    const isSpecial = ((mode >> (11 - at)) & 1) === 1;
    const small = at === 2 ? "t" : "s";
    const last = isSpecial ? (bits & 1 ? small : small.toUpperCase()) : bits & 1 ? "x" : "-";
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${last}`;
  });
  return `${TYPE_LETTERS.get(type ?? "") ?? "?"}${groups.join("")}`;
}

/** @param {number} mode */
export function modeOctal(mode) {
  return mode.toString(8).padStart(4, "0");
}

/**
 * The bytes of a name that are no UTF-8.
 * @param {FileName} name
 */
export function nameBytes({ bytes }) {
  return bytes && Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
