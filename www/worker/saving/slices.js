/**
 * A raw disk out of slices of the backup's file, without reading it: for
 * browsers that offer nothing better. Used in the Worker.
 */
import { failure, RemoteError } from "../../shared/failure.js";

/** Chromium slows down beyond: 2 s for as many, 27 s for ten times as many. */
const PARTS_MAX = 10_000;
const RUNS_AT_ONCE = 4096;
const ZEROS = 16 * 1024 * 1024;
/** @type {Blob | undefined} */
let zeros;

/**
 * @param {{ archive: import("../../core/vma_inspector.js").Archive, file: Blob }} session
 * @param {number} deviceId
 * @param {import("../../core/vma_inspector.js").DoubtTaken} doubt
 */
export function composeRaw({ archive, file }, deviceId, doubt) {
  /** @type {Blob[]} */
  const parts = [];
  const size = archive.imageSize(deviceId);
  for (let at = 0; at < size;) {
    const runs = archive.imageRuns(deviceId, at, RUNS_AT_ONCE, doubt);
    for (let i = 0; i + 1 < runs.length; i += 2) {
      const length = /** @type {number} */ (runs[i]);
      const offset = /** @type {number} */ (runs[i + 1]);
      if (offset >= 0) parts.push(file.slice(offset, offset + length));
      else addZeros(parts, length);
      at += length;
      if (parts.length > PARTS_MAX) throw tooManyParts();
    }
  }
  return new Blob(parts);
}

/**
 * Adds so many zeros, each time the same ones.
 * @param {Blob[]} parts
 * @param {number} length nothing is added below 1
 */
export function addZeros(parts, length) {
  if (length > 0) zeros ??= new Blob([new Uint8Array(ZEROS)]);
  else return;
  for (let left = length; left > 0 && parts.length <= PARTS_MAX; left -= zeros.size) {
    parts.push(left < zeros.size ? zeros.slice(0, left) : zeros);
  }
}

function tooManyParts() {
  const message = `more than ${PARTS_MAX} pieces of the file make up this disk`;
  return new RemoteError(failure("too-many-parts", message));
}
