/** Finds bytes from a place on, or back, and says how far it is. */
import { failureOf } from "../../shared/failure.js";
import { size } from "../../words/format.js";
import { hex } from "../../words/numbers.js";
import { failureSentence } from "../../words/sentences.js";
import { text } from "../../words/text.js";

/** @typedef {Omit<import("../../shared/messages.js").Requests["findBytes"]["ask"], never>} Wanted */

export class Seeker {
  #looking;
  #tell;
  #finding = new AbortController();

  /**
   * @param {import("../../page/looking.js").Looking} looking
   * @param {(words: string, isRunning: boolean) => void} tell
   */
  constructor(looking, tell) {
    this.#looking = looking;
    this.#tell = tell;
  }

  stop() {
    this.#finding.abort();
  }

  /**
   * @param {Wanted} wanted
   * @param {number} bytes of all that is searched
   * @returns {Promise<number | null>} null: it is not there, or was not found out
   */
  async find(wanted, bytes) {
    this.#finding.abort();
    this.#finding = new AbortController();
    const { signal } = this.#finding;
    const tell = (/** @type {{ at: number, size: number }} */ far) =>
      this.#tell(text("hex.finding", { at: size(far.at), size: size(far.size) }), true);
    tell({ at: wanted.from, size: bytes });
    try {
      const found = await this.#looking.find(wanted, signal, tell);
      const nothing = wanted.backwards ? text("hex.not-found-back") : text("hex.not-found-on");
      this.#tell(found === null ? nothing : text("hex.found", { place: hex(found) }), false);
      return found;
    } catch (error) {
      // Another search may have taken its place.
      if (this.#finding.signal !== signal) return null;
      const why = failureSentence(failureOf(error).code).text;
      this.#tell(signal.aborted ? text("hex.find-stopped") : why, false);
      return null;
    }
  }
}
