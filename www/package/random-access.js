/** Bytes of an object that can be read at any place, for the core. */

/** @typedef {import("../core/vma_inspector.js").Source} Source */

/** @implements {Source} */
export class RandomAccessSource {
  #from;

  /** @param {import("./index.js").RandomAccess} from */
  constructor(from) {
    if (!Number.isSafeInteger(from?.size) || from.size < 0 || typeof from.readAt !== "function") {
      throw new TypeError("a backup is a file, or an object with size and readAt");
    }
    this.#from = from;
    this.size = from.size;
  }

  /**
   * @param {number} offset
   * @param {number} length
   */
  read(offset, length) {
    const bytes = this.#from.readAt(offset, length);
    if (bytes instanceof Uint8Array && bytes.length <= length) return bytes;
    throw new TypeError(`readAt(${offset}, ${length}) gives no Uint8Array of at most that length`);
  }
}
