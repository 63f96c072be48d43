// A source for the core that is in memory.

/** Bytes as a source. */
export class Bytes {
  #bytes;

  constructor(bytes) {
    this.#bytes = bytes;
    this.size = bytes.length;
  }

  read(offset, length) {
    return this.#bytes.subarray(offset, offset + length);
  }
}
