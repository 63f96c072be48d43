/**
 * Bytes of a `File` for the core, in a Worker: read at once and synchronously,
 * or fetched ahead of time into a small cache that the reads look in first.
 */
import { holding } from "../../shared/holding.js";
import { Buffers } from "../buffers.js";
import { Fetches, inLanes } from "./fetches.js";
import { FileStream, giveBack } from "./file-stream.js";
import { PieceCache, endOf } from "./piece-cache.js";
import { fill } from "./read-into.js";
import { SourceShrank } from "./source-shrank.js";

/** @typedef {import("../../core/vma_inspector.js").Source} Source */

const MIB = 1024 * 1024;
const READS_IN_FLIGHT = 4;
/** Ranges up to this length are fetched several at once, as one composed `Blob`. */
const SMALL_RANGE = 16 * 1024;
/** How many: each costs much less than a read of its own. */
const RANGES_COMPOSED = 16;
const CACHE_BYTES = 32 * MIB;
const PREFETCH_BYTES = CACHE_BYTES / 4;
/** What a step of the core reads at most, nearly always; less than reading ahead can hold. */
const AWAITED_BYTES = 4 * MIB;

/** @typedef {import("./file-stream.js").StreamPiece} StreamPiece */
/** @typedef {import("./fetches.js").Range} Range */

/**
 * Many fields: the cache, the reads under way and the place of the last
 * read are one thing, and change together with each read.
 * @implements {Source}
 */
export class BlobSource {
  /** The system says what is wrong with a file. @type {null} */
  fault = null;
  #blob;
  #reader = new FileReaderSync();
  #cache = new PieceCache(CACHE_BYTES);
  /** For what is fetched in large pieces. */
  #buffers = new Buffers(CACHE_BYTES / 2);
  #fetches;
  #assembled = new Uint8Array(0);
  /** @type {FileStream | null} */
  #stream = null;
  /** Where the last read ended, and whether it began where the one before did. */
  #readEnd = 0;
  #inOrder = false;

  /** @param {Blob} blob */
  constructor(blob) {
    this.#blob = blob;
    this.size = blob.size;
    this.#fetches = new Fetches(this.#cache, this.size, PREFETCH_BYTES);
  }

  /**
   * @param {number} offset
   * @param {number} length
   * @returns {Uint8Array}
   */
  read(offset, length) {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return new Uint8Array(0);
    this.#inOrder = offset === this.#readEnd;
    this.#readEnd = end;
    const piece = this.#cache.at(offset);
    if (!piece) return this.#assemble(offset, end);
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
    const { wanted, coming } = this.#fetches.missing(pairs);
    const fetch = (/** @type {Range[]} */ ranges) =>
      this.#fetches.begin(ranges, this.#fetchNow(ranges));
    await Promise.all([inLanes(asReads(wanted), READS_IN_FLIGHT, signal, fetch), ...coming]);
  }

  /**
   * While reads go through the file in order: has another thread read what they
   * come to next, and waits for as much of it as a step of the core may read.
   */
  async readAhead() {
    const start = this.#readEnd;
    if (!this.#inOrder || start >= this.size) return;
    this.#cache.drop((piece) => endOf(piece) <= start);
    this.#stream ??= new FileStream(this.#blob, {
      take: (piece) => this.#takeStreamed(piece),
      giveAllBack: () => this.#cache.drop((piece) => piece.streamed),
    });
    this.#stream.follow(start, this.#cache.at(start) !== undefined);
    await this.#stream.reaches(Math.min(start + AWAITED_BYTES, this.size));
  }

  /** All of it may be read for anything that is asked. */
  asked() {}

  /** @param {unknown} error as it is to be told */
  told(error) {
    return error;
  }

  /** Ends reading ahead, until the next time. */
  endReadAhead() {
    this.#stream?.stop();
    this.#stream = null;
  }

  /** @param {Range[]} ranges */
  async #fetchNow(ranges) {
    const [only, ...others] = ranges;
    try {
      if (only && others.length === 0 && only.length > SMALL_RANGE) await this.#fetchLarge(only);
      else await this.#fetchSmall(ranges);
    } catch {
      // `read` will meet the same trouble at the same place, and report it.
    }
  }

  /** @param {Range[]} ranges as one composed `Blob` */
  async #fetchSmall(ranges) {
    const slices = ranges.map(({ offset, length }) => this.#blob.slice(offset, offset + length));
    const blob = new Blob(slices);
    const buffer = await blob.arrayBuffer();
    if (buffer.byteLength !== blob.size) return;
    let at = 0;
    for (const { offset, length } of ranges) {
      const bytes = new Uint8Array(buffer, at, length);
      this.#cache.keep({ offset, bytes, letGo: nothing, streamed: false });
      at += length;
    }
  }

  /**
   * Into a buffer that is used again: new ones would pile up as garbage.
   * @param {Range} range
   */
  async #fetchLarge({ offset, length }) {
    const blob = this.#blob.slice(offset, offset + length);
    const reader = blob.stream().getReader({ mode: "byob" });
    const room = this.#buffers.room(length);
    const bytes = await holding(reader, () => fill(reader, room.buffer, length));
    reader.cancel().catch(nothing);
    const letGo = () => this.#buffers.giveBack(bytes.buffer);
    this.#cache.keep({ offset, bytes, letGo, streamed: false });
  }

  /** @param {StreamPiece} piece */
  #takeStreamed(piece) {
    const { offset, bytes } = piece;
    const letGo = () => giveBack(piece);
    if (offset + bytes.length <= this.#readEnd) letGo();
    else this.#cache.keep({ offset, bytes, letGo, streamed: true });
  }

  /**
   * Several pieces side by side, and reads for the gaps between them. What it
   * returns holds until the next time: the core copies it at once.
   * @param {number} offset
   * @param {number} end
   */
  #assemble(offset, end) {
    const next = this.#cache.nextStart(offset, end);
    if (!this.#cache.at(offset) && next === end) return this.#readNow(offset, end);
    if (this.#assembled.length < end - offset) this.#assembled = new Uint8Array(end - offset);
    const whole = this.#assembled.subarray(0, end - offset);
    for (let at = offset; at < end;) {
      const piece = this.#cache.at(at);
      const part = piece
        ? piece.bytes.subarray(at - piece.offset, end - piece.offset)
        : this.#readNow(at, this.#cache.nextStart(at, end));
      whole.set(part, at - offset);
      at += part.length;
    }
    return whole;
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
}

function nothing() {}

/**
 * The reads that bring the ranges: small ones together, the others alone.
 * @param {Range[]} ranges
 * @returns {Range[][]}
 */
function asReads(ranges) {
  const small = ranges.filter(({ length }) => length <= SMALL_RANGE);
  const reads = ranges.filter(({ length }) => length > SMALL_RANGE).map((range) => [range]);
  for (let at = 0; at < small.length; at += RANGES_COMPOSED) {
    reads.push(small.slice(at, at + RANGES_COMPOSED));
  }
  return reads;
}
