/** Finds bytes in the file, in the archive or on a disk, forward or back, in steps. */
import { isPackedFile, partOf, PART_MAX, runsOf, withBytes } from "./part.js";

/** @typedef {import("../../shared/looked.js").BytesPart} BytesPart */
/** @typedef {import("../../shared/looked.js").FindUpdate} FindUpdate */
/** @typedef {import("./part.js").Opened} Opened */
/** @typedef {import("./part.js").Pause} Pause */
/** @typedef {Omit<import("../../shared/messages.js").Requests["findBytes"]["ask"], "archive">} Wanted */
/** @typedef {{ size: number, tell: () => void, read: (from: number, to: number) => Promise<BytesPart[]> }} Ground */

/** What is sought, at most, bytes. */
export const NEEDLE_MAX = 256;
/** Parts that are read for one step. */
const PARTS = 8;
const WINDOW = PARTS * PART_MAX;
/** What of a disk is looked back upon at once, for bytes that are stored. */
const BACK = 64 * 1024 * 1024;
const TELL_EVERY_MS = 100;

/**
 * @param {Opened} opened
 * @param {Wanted} wanted
 * @param {(update: FindUpdate) => void} tell
 * @param {Pause} pause
 * @returns {Promise<number | null>}
 */
export async function find(opened, wanted, tell, pause) {
  const { of, needle, from, backwards } = wanted;
  const size = await sizeOf(opened, of);
  if (needle.length === 0 || needle.length > NEEDLE_MAX || needle.length > size) return null;
  const step = backwards ? stepBack : stepOn;
  let at = backwards ? Math.min(from + needle.length - 1, size) : from;
  let told = performance.now();
  for (;;) {
    const { found, next } = await step(opened, wanted, at, size, pause);
    if (found !== null || next === null) return found;
    at = next;
    if (performance.now() - told >= TELL_EVERY_MS) {
      told = performance.now();
      tell({ at, size });
    }
    await pause();
  }
}

/**
 * @param {Opened} opened
 * @param {Wanted["of"]} of
 */
async function sizeOf(opened, of) {
  if (isPackedFile(opened, of)) return opened.source.size;
  return withBytes(opened, of, async (_, { size }) => size);
}

/**
 * One step forward from `at`, where the next match may start.
 * @param {Opened} opened
 * @param {Wanted} wanted
 * @param {number} at
 * @param {number} size
 * @param {Pause} pause
 * @returns {Promise<{ found: number | null, next: number | null }>}
 */
async function stepOn(opened, wanted, at, size, pause) {
  const { needle } = wanted;
  const last = size - needle.length;
  if (at > last) return { found: null, next: null };
  const behind = emptyUntil(opened, wanted, at);
  if (behind - at >= needle.length) return { found: null, next: behind - needle.length + 1 };
  const until = Math.min(at + WINDOW + needle.length - 1, size);
  const found = (await matches(opened, wanted, at, until, pause, true)) ?? null;
  const next = at + WINDOW;
  return { found, next: next > last ? null : next };
}

/**
 * One step back: matches that end at `end` or before.
 * @param {Opened} opened
 * @param {Wanted} wanted
 * @param {number} end
 * @param {number} size
 * @param {Pause} pause
 * @returns {Promise<{ found: number | null, next: number | null }>}
 */
async function stepBack(opened, wanted, end, size, pause) {
  const { needle } = wanted;
  if (end < needle.length) return { found: null, next: null };
  const before = emptySince(opened, wanted, end);
  if (end - before >= needle.length) return { found: null, next: before + needle.length - 1 };
  const start = Math.max(0, end - WINDOW - needle.length + 1);
  const found = (await matches(opened, wanted, start, Math.min(end, size), pause, false)) ?? null;
  return { found, next: start === 0 ? null : start + needle.length - 1 };
}

/**
 * Where what stands nowhere ends that starts at a place of a disk: what is not all zeros
 * is not in it.
 * @param {Opened} opened
 * @param {Wanted} wanted
 * @param {number} at
 */
function emptyUntil({ archive }, { of, needle }, at) {
  if (typeof of !== "number" || needle.every((byte) => byte === 0)) return at;
  const [run] = runsOf(archive, of, at, 1);
  return run && run.place === null ? at + run.length : at;
}

/**
 * Where what stands nowhere starts that ends at a place of a disk, as far as is looked back.
 * @param {Opened} opened
 * @param {Wanted} wanted
 * @param {number} end
 */
function emptySince(opened, wanted, end) {
  const { of } = wanted;
  if (emptyUntil(opened, wanted, end - 1) < end || typeof of !== "number") return end;
  let since = Math.max(0, end - BACK);
  for (let at = since; at < end;) {
    const runs = runsOf(opened.archive, of, at);
    if (runs.length === 0) return end;
    for (const { length, place } of runs) {
      at += length;
      if (place !== null && at < end) since = at;
    }
  }
  return since;
}

/**
 * The first or the last match between two places.
 * @param {Opened} opened
 * @param {Wanted} wanted
 * @param {number} start
 * @param {number} end
 * @param {Pause} pause
 * @param {boolean} isFirst
 */
async function matches(opened, { of, needle, folded }, start, end, pause, isFirst) {
  const room = new Uint8Array(end - start);
  /** Of the room, what is there. @type {{ from: number, to: number }[]} */
  const spans = [];
  for (let at = start; at < end;) {
    const part = await partOf(opened, of, at, end - at, pause);
    if (part.bytes.length === 0) break;
    room.set(part.bytes, at - start);
    for (const { length, kind } of part.stretches) {
      if (kind !== "lost" && kind !== "unknown") addSpan(spans, at - start, length);
      at += length;
    }
  }
  if (folded) fold(room);
  const sought = folded ? fold(needle.slice()) : needle;
  for (const { from, to } of isFirst ? spans : spans.reverse()) {
    const bytes = room.subarray(from, to);
    const found = isFirst ? firstOf(bytes, sought) : lastOf(bytes, sought);
    if (found >= 0) return start + from + found;
  }
  return null;
}

/**
 * @param {{ from: number, to: number }[]} spans
 * @param {number} from
 * @param {number} length
 */
function addSpan(spans, from, length) {
  const last = spans.at(-1);
  if (last?.to === from) last.to += length;
  else spans.push({ from, to: from + length });
}

/** @param {Uint8Array} bytes are changed */
function fold(bytes) {
  bytes.forEach((byte, at) => {
    if (byte >= 0x41 && byte <= 0x5a) bytes[at] = byte | 0x20;
  });
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} needle
 */
export function firstOf(bytes, needle) {
  const first = needle[0] ?? 0;
  const last = bytes.length - needle.length;
  for (let at = bytes.indexOf(first); at >= 0 && at <= last; at = bytes.indexOf(first, at + 1)) {
    if (standsAt(bytes, needle, at)) return at;
  }
  return -1;
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} needle
 */
export function lastOf(bytes, needle) {
  const first = needle[0] ?? 0;
  const last = bytes.length - needle.length;
  for (let at = last < 0 ? -1 : bytes.lastIndexOf(first, last); at >= 0;) {
    if (standsAt(bytes, needle, at)) return at;
    at = at === 0 ? -1 : bytes.lastIndexOf(first, at - 1);
  }
  return -1;
}

/**
 * @param {Uint8Array} bytes
 * @param {Uint8Array} needle
 * @param {number} at
 */
function standsAt(bytes, needle, at) {
  for (let i = 1; i < needle.length; i += 1) if (bytes[at + i] !== needle[i]) return false;
  return true;
}
