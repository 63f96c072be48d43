/**
 * Asks the Worker for what is looked at byte by byte. It is no part of the state: none
 * but the view that asks shows it, and it goes when that looks elsewhere.
 */

/** @typedef {import("../shared/looked.js").Looked} Looked */
/** @typedef {import("../shared/looked.js").BytesPart} BytesPart */
/** @typedef {Pick<import("./worker-client.js").WorkerClient, "request">} Asked */

/** Bytes that are asked for at once. */
export const PART = 16 * 1024;
/** Parts that are kept. */
const PARTS_KEPT = 64;

export class Looking {
  #worker;
  /** The latest last. @type {Map<string, BytesPart>} */
  #kept = new Map();
  /** What is on its way. @type {Map<string, Promise<BytesPart>>} */
  #coming = new Map();

  /** @param {Asked} worker */
  constructor(worker) {
    this.#worker = worker;
  }

  /**
   * A part that is there already.
   * @param {number} archive
   * @param {Looked} of
   * @param {number} number of the part
   */
  kept(archive, of, number) {
    return this.#kept.get(keyOf(archive, of, number)) ?? null;
  }

  /**
   * @param {number} archive
   * @param {Looked} of
   * @param {number} number
   * @returns {Promise<BytesPart>}
   */
  part(archive, of, number) {
    const key = keyOf(archive, of, number);
    const known = this.#kept.get(key) ?? this.#coming.get(key);
    if (known) return Promise.resolve(known);
    const ask = { archive, of, offset: number * PART, length: PART };
    const coming = this.#worker
      .request("bytes", ask)
      .then((part) => {
        if (this.#coming.get(key) === coming) this.#keep(key, part);
        return part;
      })
      .finally(() => {
        if (this.#coming.get(key) === coming) this.#coming.delete(key);
      });
    this.#coming.set(key, coming);
    return coming;
  }

  /** More is known now: what was kept may say less than there is. */
  forget() {
    this.#kept.clear();
    this.#coming.clear();
  }

  /**
   * What one byte is.
   * @param {number} archive
   * @param {Looked} of
   * @param {number} offset
   * @param {AbortSignal} signal
   */
  facts(archive, of, offset, signal) {
    return this.#worker.request("byteFacts", { archive, of, offset }, { signal });
  }

  /**
   * @param {import("../shared/messages.js").Requests["findBytes"]["ask"]} wanted
   * @param {AbortSignal} signal
   * @param {(update: import("../shared/looked.js").FindUpdate) => void} onProgress
   */
  find(wanted, signal, onProgress) {
    return this.#worker.request("findBytes", wanted, { signal, onProgress });
  }

  /**
   * @param {string} key
   * @param {BytesPart} part
   */
  #keep(key, part) {
    this.#kept.set(key, part);
    for (const [oldest] of this.#kept) {
      if (this.#kept.size <= PARTS_KEPT) break;
      this.#kept.delete(oldest);
    }
  }
}

/**
 * @param {number} archive
 * @param {Looked} of
 * @param {number} number
 */
function keyOf(archive, of, number) {
  return `${archive} ${of} ${number}`;
}
