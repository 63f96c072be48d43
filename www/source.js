/**
 * Bytes of a `File` for the core, in a Worker: read at once and synchronously,
 * or fetched ahead of time into a small cache that the reads look in first.
 */
import { SourceShrank } from "./source-shrank.js";

/** @typedef {import("./core/vma_inspector.js").Source} Source */

/** Larger single reads leave more garbage behind than they gain. */
const LARGEST_READ = 4 * 1024 * 1024;
const READS_IN_FLIGHT = 4;
const CACHE_BYTES = 32 * 1024 * 1024;
/** More than this at once would push itself, or what others wait for, out of the cache. */
const PREFETCH_BYTES = CACHE_BYTES / 4;

/** @typedef {{ offset: number, bytes: Uint8Array }} Piece */
/** @typedef {{ offset: number, length: number }} Range */

/** @implements {Source} */
export class BlobSource {
  #blob;
  #reader = new FileReaderSync();
  /** @type {Piece[]} oldest first */
  #cache = [];
  #cachedBytes = 0;

  /** @param {Blob} blob */
  constructor(blob) {
    this.#blob = blob;
    this.size = blob.size;
  }

  /**
   * @param {number} offset
   * @param {number} length
   * @returns {Uint8Array}
   */
  read(offset, length) {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return new Uint8Array(0);
    const piece = this.#cachedAt(offset);
    if (!piece) return this.#readNow(offset, end);
    if (endOf(piece) >= end) return piece.bytes.subarray(offset - piece.offset, end - piece.offset);
    return this.#assemble(offset, end);
  }

  /**
   * Fetches ranges that will probably be read soon. What cannot be fetched is
   * left to `read`, which tells why.
   * @param {Float64Array} pairs offset, length, offset, length, …
   * @param {AbortSignal} signal
   */
  async prefetch(pairs, signal) {
    const wanted = this.#missingPieces(pairs);
    const lanes = Array.from({ length: READS_IN_FLIGHT }, async () => {
      for (let range = wanted.shift(); range && !signal.aborted; range = wanted.shift()) {
        await this.#fetch(range);
      }
    });
    await Promise.all(lanes);
  }

  /** @param {Range} range */
  async #fetch({ offset, length }) {
    try {
      const buffer = await this.#blob.slice(offset, offset + length).arrayBuffer();
      if (buffer.byteLength === length) this.#keep({ offset, bytes: new Uint8Array(buffer) });
    } catch {
      // `read` will meet the same trouble at the same place, and report it.
    }
  }

  /** @param {Piece} piece */
  #keep(piece) {
    this.#cache.push(piece);
    this.#cachedBytes += piece.bytes.length;
    while (this.#cachedBytes > CACHE_BYTES) {
      this.#cachedBytes -= this.#cache.shift()?.bytes.length ?? 0;
    }
  }

  /** @param {number} offset */
  #cachedAt(offset) {
    return this.#cache.findLast((piece) => piece.offset <= offset && offset < endOf(piece));
  }

  /**
   * Several pieces side by side, and reads for the gaps between them.
   * @param {number} offset
   * @param {number} end
   */
  #assemble(offset, end) {
    const whole = new Uint8Array(end - offset);
    for (let at = offset; at < end;) {
      const piece = this.#cachedAt(at);
      const part = piece
        ? piece.bytes.subarray(at - piece.offset, end - piece.offset)
        : this.#readNow(at, this.#nextCached(at, end));
      whole.set(part, at - offset);
      at += part.length;
    }
    return whole;
  }

  /**
   * @param {number} offset
   * @param {number} end
   */
  #nextCached(offset, end) {
    return this.#cache.reduce(
      (nearest, piece) => (piece.offset > offset ? Math.min(nearest, piece.offset) : nearest),
      end,
    );
  }

  /**
   * @param {number} offset
   * @param {number} end
   */
  #readNow(offset, end) {
    const bytes = new Uint8Array(this.#reader.readAsArrayBuffer(this.#blob.slice(offset, end)));
    if (bytes.length !== end - offset) throw new SourceShrank(offset + bytes.length, this.size);
    return bytes;
  }

  /** @param {Float64Array} pairs */
  #missingPieces(pairs) {
    let bytes = 0;
    return rangesOf(pairs, this.size)
      .flatMap(split)
      .filter(({ offset, length }) => {
        const piece = this.#cachedAt(offset);
        if (piece && endOf(piece) >= offset + length) return false;
        bytes += length;
        return bytes <= PREFETCH_BYTES;
      });
  }
}

/** @param {Piece} piece */
function endOf(piece) {
  return piece.offset + piece.bytes.length;
}

/**
 * @param {Float64Array} pairs
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
