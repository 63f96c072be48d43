/** The SHA-256 of disks: asked for by a person, or begun by a save. */
import { failureOf } from "../../shared/failure.js";
import { doubtTaken } from "../save.js";

/** @typedef {import("../model.js").Save} Save */
/** @typedef {import("../../core/vma_inspector.js").DoubtTaken} DoubtTaken */

/** As many processors are busy with saving alone. */
const FEW_PROCESSORS = 2;
/** Bytes that the browser copies out of its own storage, in a millisecond, at the least. */
const COPIED_PER_MS = 150_000;

export class Hashes {
  #worker;
  #send;
  #state;
  /** @type {Map<string, AbortController>} by archive and device */
  #running = new Map();

  /**
   * @param {import("../worker-client.js").WorkerClient} worker
   * @param {import("../model.js").Send} send
   * @param {() => import("../model.js").State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  /**
   * Asks for the SHA-256 of a disk, or for the end of one that a save began.
   * @param {number} archive
   * @param {number} deviceId
   * @param {DoubtTaken} doubt what its bytes in doubt are taken for
   */
  async start(archive, deviceId, doubt) {
    const key = `${archive}/${deviceId}`;
    if (this.#running.has(key)) return;
    const abort = new AbortController();
    this.#running.set(key, abort);
    const about = { archive, deviceId };
    this.#send({ type: "hash-changed", ...about, update: { at: 0, size: 0 } });
    try {
      const hashed = await this.#worker.request(
        "hash",
        { ...about, doubt },
        {
          signal: abort.signal,
          onProgress: (update) => this.#send({ type: "hash-changed", ...about, update }),
        },
      );
      this.#send({ type: "hash-done", ...about, hashed });
    } catch (error) {
      if (abort.signal.aborted) this.#send({ type: "hash-dropped", ...about });
      else this.#send({ type: "hash-failed", ...about, failure: failureOf(error) });
    } finally {
      this.#running.delete(key);
    }
  }

  /**
   * @param {number} archive
   * @param {number} deviceId
   */
  cancel(archive, deviceId) {
    this.#running.get(`${archive}/${deviceId}`)?.abort();
  }

  /**
   * Of those disks of a save that have none yet, if their archive is shown.
   * @param {Save} save
   */
  #startAll(save) {
    if (this.#state().archive?.id !== save.archive) return;
    for (const id of this.#lacking(save)) this.start(save.archive, id, doubtTaken(save));
  }

  /**
   * Those disks of a save that have no hash of what is saved.
   * @param {Save} save
   */
  #lacking(save) {
    const known = this.#state().archive?.hashes;
    const taken = doubtTaken(save);
    const isThere = (/** @type {import("../model.js").Hash | undefined} */ hash) =>
      hash !== undefined &&
      (hash.phase !== "done" || hash.doubt.bytes === 0 || hash.doubt.taken === taken);
    return save.devices.map(({ id }) => id).filter((id) => !isThere(known?.get(id)));
  }

  /**
   * Brings those to their end that a save has begun.
   * @param {Save} save
   */
  startRest(save) {
    if (this.#areOnTheWay()) this.#startAll(save);
  }

  /**
   * Starts the others once the browser has probably copied the file out of its
   * own storage, which the page cannot see: at once if there are processors for
   * both.
   * @param {Save} save
   */
  startAfterCopying(save) {
    const { file, progress } = save;
    const hasFew = navigator.hardwareConcurrency <= FEW_PROCESSORS;
    const copied = file.way === "stage" && hasFew ? progress.taken : 0;
    setTimeout(() => this.#startAll(save), copied / COPIED_PER_MS);
  }

  /**
   * Those of a save's disks whose hash it should begin.
   * @param {Save} save
   */
  toStart(save) {
    return this.#areOnTheWay() ? this.#lacking(save) : [];
  }

  /**
   * Whether hashing while saving costs less than reading everything again for
   * it. Two processors are busy with saving alone: there a hash would make that
   * a third slower, and comes after it, unless all would have to be unpacked
   * again.
   */
  #areOnTheWay() {
    const isPlain = this.#state().archive?.overview.container === "plain";
    return !isPlain || navigator.hardwareConcurrency > FEW_PROCESSORS;
  }
}
