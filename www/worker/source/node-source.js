/** Bytes of an open file for the core, under Node. */
import { fstatSync, readSync } from "node:fs";
import { SourceShrank } from "./source-shrank.js";

/** @typedef {import("../../core/vma_inspector.js").Source} Source */

/** @implements {Source} */
export class FileDescriptorSource {
  #descriptor;

  /** @param {number} descriptor of a file that is open for reading */
  constructor(descriptor) {
    this.#descriptor = descriptor;
    this.size = fstatSync(descriptor).size;
  }

  /**
   * @param {number} offset
   * @param {number} length
   * @returns {Uint8Array}
   */
  read(offset, length) {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = new Uint8Array(wanted);
    for (let got = 0; got < wanted;) {
      const count = readSync(this.#descriptor, bytes, got, wanted - got, offset + got);
      if (count === 0) throw new SourceShrank(offset + got, this.size);
      got += count;
    }
    return bytes;
  }
}
