/**
 * Disks that are written in the backup's order, while a scan goes through it, in
 * the Worker: with the layout of their file, if it is one, and their hash out of
 * the file.
 */
import { isFault } from "../../shared/failure.js";
import { Buffers } from "../buffers.js";
import { withBackup } from "../exporter.js";
import { roomFor } from "../hashing/hash-feed.js";

/** @typedef {import("../../core/vma_inspector_export.js").Placement} Placement */
/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../hashing/hash-feed.js").HashFeed} HashFeed */
/** @typedef {import("./sinks.js").Sink} Sink */
/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../session.js").Copy} Copy */

/** Bytes of a file that are made, or read again, at once. */
const PART_BYTES = 1024 * 1024;

/**
 * Where the parts of a disk go that come in the backup's order; null where they
 * go to where they are on the disk. A scan forgets what it is made from.
 * @param {Session} session
 * @param {SaveWhat} what
 */
export async function placementOf({ archive }, what) {
  if (what.kind !== "one-pass" || what.format === "raw") return null;
  const { deviceId, format } = what;
  return withBackup(archive, (backup) => {
    if (!archive.isScanned()) throw new Error("the scan is not finished");
    return backup.placement(deviceId, format);
  });
}

/**
 * A disk that lies out of order in its backup is better hashed from its file.
 * @param {Session} session
 * @param {SaveWhat} what
 * @param {Placement | null} placement
 * @returns {(file: Blob) => void}
 */
export function keeperOf({ copies }, what, placement) {
  if (what.kind !== "one-pass") return () => {};
  return (file) => {
    copies.get(what.deviceId)?.placement?.free();
    copies.set(what.deviceId, { file, placement });
  };
}

/**
 * What a file holds besides the disk.
 * @param {Placement} placement
 * @param {Sink} sink
 * @param {AbortSignal} signal
 */
async function writeOwn(placement, sink, signal) {
  const buffers = new Buffers(PART_BYTES);
  const parts = placement.ownParts();
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const end = numberAt(parts, i) + numberAt(parts, i + 1);
    for (let at = numberAt(parts, i); at < end; at += PART_BYTES) {
      const bytes = placement.readOwn(at, Math.min(PART_BYTES, end - at), buffers.room);
      await sink.write(at, /** @type {Uint8Array<ArrayBuffer>} */ (bytes), buffers.giveBack);
      signal.throwIfAborted();
    }
  }
}

/**
 * Where a part of a disk is in its file: places in the file and on the disk, and
 * lengths. What has no place is zeros.
 * @param {Placement | null} placement
 * @param {number} offset
 * @param {number} length
 */
function placesOf(placement, offset, length) {
  if (!placement) return [{ file: offset, image: offset, length }];
  const numbers = placement.places(offset, length);
  return Array.from({ length: numbers.length / 3 }, (_, i) => ({
    file: numberAt(numbers, 3 * i),
    image: numberAt(numbers, 3 * i + 1),
    length: numberAt(numbers, 3 * i + 2),
  }));
}

/**
 * @param {Float64Array} numbers
 * @param {number} index
 */
function numberAt(numbers, index) {
  return /** @type {number} */ (numbers[index]);
}

/**
 * Writes a disk while a scan goes through the backup, which the page starts
 * when it is told that the save waits for it.
 * @param {Session} session
 * @param {number} deviceId
 * @param {{ placement: Placement | null, sink: Sink, hashes: Map<number, HashFeed>,
 *   tell: (done: number, total: number, given: number) => void, awaitScan: () => void,
 *   signal: AbortSignal }} job
 * @returns {Promise<number>}
 */
export async function watch({ archive, watchers }, deviceId, job) {
  const { placement, sink, hashes, tell, awaitScan, signal } = job;
  signal.throwIfAborted();
  if (placement) await writeOwn(placement, sink, signal);
  const feed = hashes.get(deviceId);
  let given = 0;
  /** @type {Promise<number>} */
  const whole = new Promise((resolve, reject) => {
    watchers.set(deviceId, {
      write: async (offset, bytes, giveBack) => {
        given += bytes.length;
        // A better copy of what is hashed: the hash has to be made anew.
        if (feed && offset < feed.resumesAt) feed.drop();
        // What was left out before may still come.
        const isNext = feed?.takes(offset) && archive.isZero(deviceId, feed.resumesAt, offset);
        // What a sink or a hash gets is gone.
        if (isNext) await feed?.pass(offset, copyOf(bytes));
        const places = placesOf(placement, offset, bytes.length);
        for (const [i, { file, image, length }] of places.entries()) {
          const part = bytes.subarray(image - offset, image - offset + length);
          // What was written last was written after all others.
          await sink.write(file, part, i === places.length - 1 ? giveBack : undefined);
        }
      },
      tell: ({ fileBytes, fileSize }) => tell(fileBytes, fileSize, given),
      hasEnded: () => signal.aborted,
      finish: () => resolve(placement?.size() ?? archive.imageSize(deviceId)),
      fail: reject,
    });
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  awaitScan();
  return whole;
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function copyOf(bytes) {
  const copy = roomFor(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Passes what the hash does not have yet from a file that was saved; resolves
 * with whether that could be done.
 * @param {Copy | undefined} copy
 * @param {number} size
 * @param {HashFeed} feed
 * @param {AbortSignal} signal
 */
export async function passCopy(copy, size, feed, signal) {
  try {
    if (!copy || copy.file.size !== (copy.placement?.size() ?? size)) return false;
    for (let at = feed.resumesAt; at < size; at += PART_BYTES) {
      await feed.pass(at, await readCopy(copy, at, Math.min(PART_BYTES, size - at)));
      signal.throwIfAborted();
    }
    return true;
  } catch (error) {
    if (signal.aborted || isFault(error)) throw error;
    // The file was changed or is gone: the backup is still there.
    return false;
  }
}

/**
 * A part of a disk out of the file that it was saved to.
 * @param {Copy} copy
 * @param {number} offset
 * @param {number} length
 */
async function readCopy({ file, placement }, offset, length) {
  const bytes = roomFor(length).fill(0);
  for (const place of placesOf(placement, offset, length)) {
    const part = await file.slice(place.file, place.file + place.length).arrayBuffer();
    bytes.set(new Uint8Array(part), place.image - offset);
  }
  return bytes;
}
