/** Asks a file system, and fetches what it lacks for the answer. */
import { failure, RemoteError } from "../../shared/failure.js";

/** @typedef {import("../../core/vma_inspector_files_unix.js").Volume} Volume */
/** @typedef {import("./open.js").Holder} Holder */
/** @typedef {import("./open.js").Open} Open */
/**
 * Who asks: `pause` lets others be answered, and throws what ends the work; `tell` hears
 * how far the way to a place is.
 * @typedef {object} Asker
 * @property {AbortSignal} signal
 * @property {() => Promise<void>} pause
 * @property {(update: import("../../shared/files.js").FilesUpdate) => void} tell
 */

/** Bytes that are unpacked in one step on the way to a place. */
const WORK_PER_STEP = 2n << 20n;
const TELL_EVERY_MS = 100;

export class Asking {
  #holder;
  #open;
  #asker;
  #told = Number.NEGATIVE_INFINITY;

  /**
   * @param {Holder} holder
   * @param {Open} open
   * @param {Asker} asker
   */
  constructor(holder, open, asker) {
    this.#holder = holder;
    this.#open = open;
    this.#asker = asker;
  }

  /** For what reads nothing. */
  get volume() {
    return this.#open.volume;
  }

  /**
   * The answer to a question; until all is there that it takes, the question is asked
   * again. Others' questions come before or after it.
   * @template Answer
   * @param {(volume: Volume) => Answer | undefined} question undefined: something is lacking
   * @returns {Promise<Answer>}
   */
  ask(question) {
    return this.#alone(async (volume) => {
      for (;;) {
        this.#mayAsk();
        const answer = question(volume);
        if (answer !== undefined) return answer;
        await this.#fetch(volume);
      }
    });
  }

  /**
   * The same for a value that is made in steps; true if there are more of them.
   * @param {() => import("../../core/vma_inspector_files_unix.js").FilesStep} step
   */
  async step(step) {
    const made = await this.ask(() => step() || undefined);
    return made === 1;
  }

  /**
   * Fetches what will probably be read, where that can be read at once.
   * @param {(volume: Volume) => Float64Array} wanted offset, length, offset, length, …
   */
  async prefetch(wanted) {
    const { source, compressed } = this.#holder;
    if (compressed) return;
    const pairs = await this.#alone(async (volume) => wanted(volume));
    await source.prefetch(pairs, this.#asker.signal);
  }

  /**
   * One question after the other: what is fetched for one is kept until it is answered.
   * @template Value
   * @param {(volume: Volume) => Promise<Value>} work
   * @returns {Promise<Value>}
   */
  async #alone(work) {
    const { turns, volume } = this.#open;
    const own = turns.tail.then(() => work(volume));
    turns.tail = own.catch(() => {});
    return own;
  }

  /** What has to be unpacked is not looked at beside a scan, which stands elsewhere. */
  #mayAsk() {
    const { volumes, compressed } = this.#holder;
    this.#asker.signal.throwIfAborted();
    if (compressed && volumes.isScanning) {
      throw new RemoteError(failure("file-not-yet-known", "the scan goes on"));
    }
  }

  /** @param {Volume} volume */
  async #fetch(volume) {
    const { source, compressed } = this.#holder;
    const total = volume.distance();
    try {
      for (let done = 0; ; done += Number(WORK_PER_STEP)) {
        if (compressed) await source.readAhead();
        else await source.prefetch(volume.wants(), this.#asker.signal);
        this.#mayAsk();
        if (volume.fetch(WORK_PER_STEP)) return;
        this.#tell(done, Math.max(total, done));
        await this.#asker.pause();
      }
    } catch (error) {
      volume.giveUp();
      throw error;
    }
  }

  /**
   * @param {number} done
   * @param {number} total
   */
  #tell(done, total) {
    const now = performance.now();
    if (now - this.#told < TELL_EVERY_MS) return;
    this.#told = now;
    this.#asker.tell({ done, total });
  }
}
