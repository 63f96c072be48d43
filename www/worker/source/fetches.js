/** What has yet to be fetched of a source ahead of time, and what is on its way already. */
import { endOf } from "./piece-cache.js";

/** @typedef {{ offset: number, length: number }} Range */
/** @typedef {Range & { arrived: Promise<void> }} Coming */

/** Larger single reads leave more garbage behind than they gain. */
export const LARGEST_READ = 4 * 1024 * 1024;

export class Fetches {
  #cache;
  #size;
  #bytesMax;
  /** @type {Set<Coming>} */
  #coming = new Set();

  /**
   * @param {import("./piece-cache.js").PieceCache} cache that what is fetched comes into
   * @param {number} size of the source
   * @param {number} bytesMax that are fetched at once: more would push itself, or what others
   *   wait for, out of the cache
   */
  constructor(cache, size, bytesMax) {
    this.#cache = cache;
    this.#size = size;
    this.#bytesMax = bytesMax;
  }

  /**
   * What has yet to be fetched, and what is being fetched already.
   * @param {ArrayLike<number>} pairs offset, length, offset, length, …
   */
  missing(pairs) {
    let bytes = 0;
    /** @type {Range[]} */
    const wanted = [];
    /** @type {Promise<void>[]} */
    const coming = [];
    for (const range of rangesOf(pairs, this.#size).flatMap(split)) {
      if (this.#holds(range)) continue;
      const arrived = this.#awaited(range);
      if (arrived) coming.push(arrived);
      else if ((bytes += range.length) <= this.#bytesMax) wanted.push(range);
    }
    return { wanted, coming };
  }

  /**
   * Remembers that these are on their way.
   * @param {Range[]} ranges
   * @param {Promise<void>} fetched
   */
  begin(ranges, fetched) {
    const arrived = fetched.finally(() => {
      for (const coming of all) this.#coming.delete(coming);
    });
    const all = ranges.map((range) => ({ ...range, arrived }));
    for (const coming of all) this.#coming.add(coming);
    return arrived;
  }

  /** @param {Range} range */
  #holds({ offset, length }) {
    const piece = this.#cache.at(offset);
    return piece !== undefined && endOf(piece) >= offset + length;
  }

  /**
   * When a range that is being fetched will be there.
   * @param {Range} range
   */
  #awaited({ offset, length }) {
    for (const coming of this.#coming) {
      const isWithin = coming.offset <= offset && offset + length <= coming.offset + coming.length;
      if (isWithin) return coming.arrived;
    }
    return null;
  }
}

/**
 * Does this with each, so many at once, until it is given up.
 * @template Item
 * @param {Item[]} items
 * @param {number} atOnce
 * @param {AbortSignal} signal
 * @param {(item: Item) => Promise<void>} work
 */
export async function inLanes(items, atOnce, signal, work) {
  const left = [...items];
  const lanes = Array.from({ length: atOnce }, async () => {
    for (let item = left.shift(); item && !signal.aborted; item = left.shift()) await work(item);
  });
  await Promise.all(lanes);
}

/**
 * @param {ArrayLike<number>} pairs
 * @param {number} size
 * @returns {Range[]}
 */
function rangesOf(pairs, size) {
  const ranges = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const offset = /** @type {number} */ (pairs[i]);
    const end = Math.min(offset + /** @type {number} */ (pairs[i + 1]), size);
    if (end > offset) ranges.push({ offset, length: end - offset });
  }
  return ranges;
}

/**
 * @param {Range} range
 * @returns {Range[]}
 */
function split({ offset, length }) {
  const pieces = [];
  for (let at = 0; at < length; at += LARGEST_READ) {
    pieces.push({ offset: offset + at, length: Math.min(LARGEST_READ, length - at) });
  }
  return pieces;
}
