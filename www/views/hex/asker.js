/** Asks what a byte is, one at a time: an answer to what is no longer asked is dropped. */
import { PART } from "../../page/looking.js";
import { VALUE_BYTES } from "./field-value.js";

/** @typedef {import("../../shared/looked.js").ByteFacts} ByteFacts */
/** @typedef {import("./sheet.js").Sheet} Sheet */

export class Asker {
  /**
   * What was told last, with the first bytes of the field.
   * @type {{ at: number, what: ByteFacts, value: Uint8Array | null } | null}
   */
  told = null;
  #looking;
  #sheet;
  #asking = new AbortController();

  /**
   * @param {import("../../page/looking.js").Looking} looking
   * @param {Sheet} sheet
   */
  constructor(looking, sheet) {
    this.#looking = looking;
    this.#sheet = sheet;
  }

  /** Nothing is told of what is looked at now. */
  forget() {
    this.#asking.abort();
    this.told = null;
  }

  /**
   * @param {number} at
   * @returns {Promise<boolean>} whether something new is told
   */
  async ask(at) {
    const { archive, of } = this.#sheet;
    if (!archive || this.told?.at === at || at >= this.#sheet.size()) return false;
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    try {
      const what = await this.#looking.facts(archive.id, of, at, signal);
      const value = what.field && (await this.#valueOf(what.field));
      if (signal.aborted) return false;
      this.told = { at, what, value };
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      throw error;
    }
  }

  /**
   * The first bytes of a field; null where they are not there.
   * @param {{ start: number, length: number }} field
   */
  async #valueOf({ start, length }) {
    // On a disk there are no fields, and their places are those of the archive.
    if (typeof this.#sheet.of === "number") return null;
    const bytes = new Uint8Array(Math.min(length, VALUE_BYTES));
    for (let done = 0; done < bytes.length;) {
      const part = await this.#sheet.part(Math.floor((start + done) / PART));
      const from = start + done - part.offset;
      const piece = part.bytes.subarray(from, from + bytes.length - done);
      if (piece.length === 0) return null;
      bytes.set(piece, done);
      done += piece.length;
    }
    return bytes;
  }
}
