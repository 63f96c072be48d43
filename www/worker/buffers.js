/**
 * Buffers that go round: a thread that is given new ones all the time has no
 * time to throw them away, and getting one costs more than filling it.
 */

/** @typedef {(buffer: ArrayBuffer) => void} GiveBack takes a buffer that may be used again */

/** Bytes that buffers are a multiple of, so that they fit what comes next. */
const UNIT = 256 * 1024;

export class Buffers {
  #bytesMax;
  /** @type {ArrayBuffer[]} */
  #free = [];

  /** @param {number} bytesMax bytes that are kept at most */
  constructor(bytesMax) {
    this.#bytesMax = bytesMax;
  }

  /**
   * An array for so many bytes, whatever is in it.
   * @param {number} length
   * @returns {Uint8Array<ArrayBuffer>}
   */
  room = (length) => {
    const index = this.#free.findLastIndex((buffer) => buffer.byteLength >= length);
    const units = Math.max(1, Math.ceil(length / UNIT));
    const buffer = this.#free.splice(index, index < 0 ? 0 : 1)[0];
    return new Uint8Array(buffer ?? new ArrayBuffer(units * UNIT), 0, length);
  };

  /** @param {ArrayBuffer} buffer of an array that is not used any more */
  giveBack = (buffer) => {
    const held = this.#free.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
    if (held < this.#bytesMax) this.#free.push(buffer);
  };

  /** Lets go of all of them. */
  drop() {
    this.#free = [];
  }
}
