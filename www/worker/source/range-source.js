/**
 * Bytes of a backup on the page's own server for the core, in a Worker. What will probably be
 * read is asked for ahead of time; a read that finds nothing of that asks at once and
 * synchronously, which only Workers may. So it is a `Source` as that of a `File` is, and
 * whoever reads does not know.
 */
import { ABORTED, SOURCE_GONE } from "../../shared/codes.js";
import { failure, failureOf, RemoteError } from "../../shared/failure.js";
import { changeIn, cutAt, partIn, sameFileHeaders } from "../../shared/range-answer.js";
import { askForPart } from "../../shared/range-request.js";
import { Fetches, inLanes, LARGEST_READ } from "./fetches.js";
import { PieceCache, endOf } from "./piece-cache.js";

/** @typedef {import("../../core/vma_inspector.js").Source} Source */
/** @typedef {import("../../shared/messages.js").Failure} Failure */
/** @typedef {import("../../shared/messages.js").Request} Request */
/** @typedef {import("../../shared/remote.js").RemoteFile} RemoteFile */
/** @typedef {import("./fetches.js").Range} Range */

const KIB = 1024;
const CACHE_BYTES = 32 * KIB * KIB;
const REQUESTS_IN_FLIGHT = 4;
/** Large parts that are asked for ahead where it is read in order; two are waited for. */
const PARTS_AHEAD = 4;
/** A part where reads jump about: the header of an extent needs less, a folder about that. */
const PART_MIN = 64 * KIB;
/** Where they go on in order, twice the last one, up to this: nothing else goes on meanwhile. */
const PART_MAX = KIB * KIB;
/** An answer that comes synchronously cannot be given up, only be late. */
const PATIENCE_MS = 30_000;
/** Ranges that lie this close are asked for as one. */
const JOINED_OVER = 16 * KIB;
/** After these times the server is asked once more where it was out of reach. */
const AGAIN_AFTER_MS = [500, 1500, 4000];
const MAY_PASS = new Set(["remote-unreachable", "remote-cut", "remote-broken"]);

/**
 * What may be asked for before a person wants more: by opening and the scan that begins by
 * itself, then by what asks for the places that it has come by.
 */
const AT_FIRST = [
  { requests: 14, bytes: 2 * KIB * KIB },
  { requests: 22, bytes: 3.5 * KIB * KIB },
];
/** The same of what is unpacked: no less than one step of that tells what is on a disk. */
const AT_FIRST_PACKED = [
  { requests: 14, bytes: 5 * KIB * KIB },
  { requests: 22, bytes: 8 * KIB * KIB },
];
/** What the page asks for without a person's doing. @type {ReadonlySet<Request["kind"]>} */
const BY_ITSELF = new Set(
  /** @type {const} */ ([
    "appliance",
    "beginsLike",
    "close",
    "config",
    "diskCells",
    "diskContents",
    "fileCells",
    "findings",
    "formats",
    "imageSize",
    "machineFacts",
    "machineTexts",
    "trust",
  ]),
);

/**
 * Many fields: what was asked for and came, and whether more may be, change with each read.
 * @implements {Source}
 */
export class RangeSource {
  /** What is wrong with the server, or why it is not asked; null once it does right. @type {Failure | null} */
  fault = null;
  #file;
  #cache = new PieceCache(CACHE_BYTES);
  #fetches;
  /** Where the last read ended, and whether it began about where the one before did. */
  #readEnd = 0;
  #inOrder = false;
  #part = PART_MIN;
  #ahead = new AbortController();
  #asked = { requests: 0, bytes: 0 };
  #limits = [...AT_FIRST];
  #isPacked = false;
  /** Whether a person has asked for more than what is shown by itself. */
  #isWanted = false;
  #isSparing = false;
  #scans = 0;

  /** @param {RemoteFile} file */
  constructor(file) {
    this.#file = file;
    this.size = file.size;
    this.#fetches = new Fetches(this.#cache, this.size, PARTS_AHEAD * LARGEST_READ);
  }

  /**
   * Its beginning is there, or cannot be had; little more is asked for until a person wants it.
   * @returns {Promise<void>}
   */
  async begin() {
    await this.prefetch([0, PART_MIN], this.#ahead.signal);
  }

  /**
   * What the page asks of it: with the first thing that is a person's doing all may be read.
   * @param {Request} request
   */
  async asked(request) {
    const isFirst = this.#scans === 0;
    if (request.kind === "scan") this.#scans += 1;
    const isByItself =
      request.kind === "scan"
        ? isFirst && !request.fresh && !request.forSaves
        : BY_ITSELF.has(request.kind);
    this.#isWanted ||= !isByItself;
    this.#isSparing = !this.#isWanted;
    if (isByItself) return;
    // What was wrong may be right again; while it is not, nothing is asked synchronously.
    if (this.fault) await this.#fetchNow({ offset: 0, length: 1 }, this.#ahead.signal);
  }

  /**
   * An error of the core's as it is to be told: that it could not read says less than why.
   * @param {unknown} error
   */
  told(error) {
    return this.fault && SOURCE_GONE.has(failureOf(error).code)
      ? new RemoteError(this.fault)
      : error;
  }

  /**
   * @param {number} offset
   * @param {number} length
   * @returns {Uint8Array}
   */
  read(offset, length) {
    const end = Math.min(offset + length, this.size);
    if (end <= offset) return new Uint8Array(0);
    // What is read in order may leave out headers.
    const ahead = offset - this.#readEnd;
    this.#inOrder = ahead >= 0 && ahead < PART_MIN;
    this.#readEnd = end;
    const whole = new Uint8Array(end - offset);
    for (let at = offset; at < end;) {
      const { offset: from, bytes } = this.#cache.at(at) ?? this.#readNow(at, end);
      const part = bytes.subarray(at - from, end - from);
      whole.set(part, at - offset);
      at += part.length;
    }
    return whole;
  }

  /**
   * Asks for ranges that will probably be read soon. Before a person wants all of the backup
   * only for the first, since the others are guessed.
   * @param {ArrayLike<number>} pairs offset, length, offset, length, …
   * @param {AbortSignal} signal
   */
  async prefetch(pairs, signal) {
    const all = Array.from(pairs);
    const { wanted, coming } = this.#fetches.missing(this.#isSparing ? all.slice(0, 2) : all);
    const least = this.#isSparing ? PART_MIN : 0;
    const ranges = joined(wanted).map(({ offset, length }) => ({
      offset,
      length: Math.min(Math.max(length, least), this.size - offset),
    }));
    await Promise.all([
      inLanes(ranges, REQUESTS_IN_FLIGHT, signal, (range) => this.#fetch(range, signal)),
      ...coming,
    ]);
  }

  /** While it is read in order: asks for what comes next, and waits for the first of that. */
  async readAhead() {
    if (!this.#inOrder || this.#readEnd >= this.size) return;
    this.#cache.drop((piece) => endOf(piece) <= this.#readEnd);
    if (!this.#isPacked) this.#limits = [...AT_FIRST_PACKED];
    this.#isPacked = true;
    const { signal } = this.#ahead;
    // Parts begin at multiples of their length, so that none is asked for twice.
    const first = Math.floor(this.#readEnd / LARGEST_READ);
    const part = (/** @type {number} */ number) => [number * LARGEST_READ, LARGEST_READ];
    if (this.#isSparing) return await this.prefetch(part(first), signal);
    this.prefetch([...part(first + 2), ...part(first + 3)], signal);
    await this.prefetch(part(first), signal);
    if (!this.fault) await this.prefetch(part(first + 1), signal);
  }

  /** Nothing more is asked for ahead, until the next time. */
  endReadAhead() {
    this.#ahead.abort();
    this.#ahead = new AbortController();
  }

  /**
   * @param {Range} range
   * @param {AbortSignal} signal
   */
  async #fetch(range, signal) {
    if (!this.#mayAsk(range.length)) return;
    this.#count(range.length);
    await this.#fetches.begin([range], this.#fetchPatiently(range, signal));
  }

  /**
   * @param {Range} range
   * @param {AbortSignal} signal
   */
  async #fetchPatiently(range, signal) {
    for (const pause of this.#isSparing ? [] : AGAIN_AFTER_MS) {
      const fault = await this.#fetchNow(range, signal);
      if (!fault || !MAY_PASS.has(fault.code)) return;
      await passed(pause, signal);
      if (signal.aborted) return;
    }
    await this.#fetchNow(range, signal);
  }

  /**
   * What does not come is left to `read`, which tells why.
   * @param {Range} range
   * @param {AbortSignal} signal
   * @returns {Promise<Failure | null>} what was wrong
   */
  async #fetchNow({ offset, length }, signal) {
    const { url } = this.#file;
    try {
      const { bytes } = await askForPart({
        url,
        start: offset,
        end: offset + length,
        headers: sameFileHeaders(this.#file),
        signal,
        judge: (answer, size) => changeIn(answer, size, this.#file),
      });
      this.fault = null;
      this.#cache.keep({ offset, bytes, letGo: () => {}, streamed: false });
    } catch (error) {
      // Whoever gave it up wants to know nothing of it.
      if (!(error instanceof RemoteError)) return null;
      this.fault = error.failure;
    }
    return this.fault;
  }

  /**
   * The part at `offset`, with more behind it than is asked for.
   * @param {number} offset
   * @param {number} wanted where what is asked for ends
   */
  #readNow(offset, wanted) {
    this.#part = this.#inOrder ? Math.min(2 * this.#part, PART_MAX) : PART_MIN;
    const most = Math.max(Math.min(wanted, offset + PART_MAX), offset + this.#part);
    const end = Math.min(this.#cache.nextStart(offset, most), this.size);
    const bytes = this.#askNow(offset, end);
    const piece = { offset, bytes, letGo: () => {}, streamed: false };
    this.#cache.keep(piece);
    return piece;
  }

  /**
   * @param {number} start
   * @param {number} end
   */
  #askNow(start, end) {
    // Of a server that does wrong all of the file might come, and nobody could stop it.
    if (this.fault && this.fault.code !== ABORTED) throw unreadable(this.fault);
    if (!this.#mayAsk(end - start)) {
      if (this.#limits.length > 1) this.#limits.shift();
      throw this.#failed(failure(ABORTED, "more of it is read when a person wants it"));
    }
    this.#count(end - start);
    const request = new XMLHttpRequest();
    request.open("GET", this.#file.url, false);
    request.responseType = "arraybuffer";
    request.timeout = PATIENCE_MS;
    const headers = { ...sameFileHeaders(this.#file), Range: `bytes=${start}-${end - 1}` };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    try {
      request.send();
    } catch (error) {
      throw this.#failed(failure("remote-unreachable", String(error)));
    }
    const buffer = /** @type {ArrayBuffer} */ (request.response ?? new ArrayBuffer(0));
    const answer = {
      status: request.status,
      url: request.responseURL,
      header: (/** @type {string} */ name) => request.getResponseHeader(name),
    };
    const { size, failure: wrong } = partIn(answer, { url: this.#file.url, start, end });
    const fault =
      wrong ?? changeIn(answer, size, this.#file) ?? cutAt(buffer.byteLength, end - start);
    if (fault) throw this.#failed(fault);
    this.fault = null;
    return new Uint8Array(buffer);
  }

  /**
   * Whether one request more may be made, for so much.
   * @param {number} bytes
   */
  #mayAsk(bytes) {
    const [limit] = this.#limits;
    if (!this.#isSparing || !limit) return true;
    return this.#asked.requests < limit.requests && this.#asked.bytes + bytes <= limit.bytes;
  }

  /** @param {number} bytes */
  #count(bytes) {
    this.#asked.requests += 1;
    this.#asked.bytes += bytes;
  }

  /** @param {Failure} fault */
  #failed(fault) {
    this.fault = fault;
    return unreadable(fault);
  }
}

/**
 * What the core takes for a source that cannot be read.
 * @param {Failure} fault
 */
function unreadable({ message }) {
  return new DOMException(message, "NotReadableError");
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal ends it early
 */
function passed(ms, signal) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
    signal.addEventListener("abort", resolve, { once: true });
  });
}

/**
 * Ranges as they lie in the file, those that lie close as one.
 * @param {Range[]} ranges
 */
function joined(ranges) {
  /** @type {Range[]} */
  const all = [];
  for (const { offset, length } of ranges.toSorted((a, b) => a.offset - b.offset)) {
    const last = all.at(-1);
    const end = offset + length;
    const isClose = last && offset <= last.offset + last.length + JOINED_OVER;
    if (isClose && end - last.offset <= LARGEST_READ) {
      last.length = Math.max(last.length, end - last.offset);
    } else {
      all.push({ offset, length });
    }
  }
  return all;
}
