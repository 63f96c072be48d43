/** What is looked at, and what of it has been read. */
import { PART } from "../../page/looking.js";

/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../../shared/looked.js").ByteKind} ByteKind */
/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {import("./grid.js").Known} Known */

export class Sheet {
  /** @type {ShownArchive | null} */
  archive = null;
  /** @type {Looked} */
  of = "file";
  #looking;
  #isReading = false;

  /** @param {import("../../page/looking.js").Looking} looking */
  constructor(looking) {
    this.#looking = looking;
  }

  /**
   * The archive is the file, where nothing wraps it.
   * @param {Looked} of
   */
  meant(of) {
    return of === "archive" && !this.isPacked() ? "file" : of;
  }

  isPacked() {
    return this.archive?.overview.container !== "plain";
  }

  /** Bytes of all of it, as far as that is known. */
  size() {
    const { archive, of } = this;
    if (!archive) return 0;
    if (of === "file") return archive.file.size;
    if (of === "archive") return this.#part(0)?.size ?? 0;
    return archive.overview.devices.find(({ id }) => id === of)?.size ?? 0;
  }

  /** Whether the end is known. */
  isWhole() {
    return this.of !== "archive" || (this.#part(0)?.isWhole ?? false);
  }

  /** Whether anything is known of its length yet. */
  isMeasured() {
    return this.of !== "archive" || this.#part(0) !== null;
  }

  /** @param {number} id */
  nameOf(id) {
    return this.archive?.overview.devices.find((each) => each.id === id)?.name ?? null;
  }

  /**
   * What is known of a byte: null before it was read, undefined where none is.
   * @param {number} at
   * @returns {Known | null | undefined}
   */
  known(at) {
    if (at < 0 || at >= this.size()) return undefined;
    const part = this.#part(Math.floor(at / PART));
    if (!part) return null;
    const within = at - part.offset;
    const byte = part.bytes[within];
    const kind = kindAt(part.stretches, within);
    return byte === undefined ? { byte: 0, kind: "unknown" } : { byte, kind };
  }

  /**
   * Has a range be read, part by part; calls `arrived` for each, until all of it is there.
   * @param {() => { from: number, to: number }} range which may change meanwhile
   * @param {() => void} arrived
   */
  async read(range, arrived) {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      for (let number = this.#lacking(range()); number !== null; number = this.#lacking(range())) {
        const { archive, of } = this;
        if (!archive) return;
        // If it was let go of meanwhile, since more is known, it is lacking once more.
        await this.#looking.part(archive.id, of, number);
        arrived();
      }
    } finally {
      this.#isReading = false;
    }
  }

  /** @param {number} number */
  part(number) {
    const { archive, of } = this;
    if (!archive) return Promise.reject(new Error("nothing is open"));
    return this.#looking.part(archive.id, of, number);
  }

  /**
   * The first part that is not there yet.
   * @param {{ from: number, to: number }} range
   */
  #lacking({ from, to }) {
    const first = this.of === "archive" ? [0] : [];
    const wanted = [...first, Math.floor(from / PART), Math.floor(Math.max(from, to - 1) / PART)];
    return wanted.find((number) => !this.#part(number)) ?? null;
  }

  /** @param {number} number */
  #part(number) {
    return this.archive && this.#looking.kept(this.archive.id, this.of, number);
  }
}

/**
 * @param {readonly import("../../shared/looked.js").Stretch[]} stretches
 * @param {number} within
 * @returns {ByteKind}
 */
function kindAt(stretches, within) {
  let end = 0;
  for (const { length, kind } of stretches) {
    end += length;
    if (within < end) return kind;
  }
  return "unknown";
}
