/** The SHA-256 of disks: asked for by a person, or begun by a save. */
import { failureOf } from "../../shared/failure.js";

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
   */
  async start(archive, deviceId) {
    const key = `${archive}/${deviceId}`;
    if (this.#running.has(key)) return;
    const abort = new AbortController();
    this.#running.set(key, abort);
    const about = { archive, deviceId };
    this.#send({ type: "hash-changed", ...about, update: { at: 0, size: 0 } });
    try {
      const hashed = await this.#worker.request("hash", about, {
        signal: abort.signal,
        onProgress: (update) => this.#send({ type: "hash-changed", ...about, update }),
      });
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
   * Of each of these disks that has none yet, if the archive is shown.
   * @param {number} archive
   * @param {number[]} devices
   */
  startAll(archive, devices) {
    const { archive: shown } = this.#state();
    if (shown?.id !== archive) return;
    for (const deviceId of devices) {
      if (!shown.hashes.has(deviceId)) this.start(archive, deviceId);
    }
  }

  /**
   * The same once the browser has probably copied a file of so many bytes out of
   * its own storage, which the page cannot see: at once if there are
   * processors for both.
   * @param {number} archive
   * @param {number[]} devices
   * @param {number} bytes
   */
  startAllAfterCopying(archive, devices, bytes) {
    const hasFew = navigator.hardwareConcurrency <= FEW_PROCESSORS;
    const wait = hasFew ? bytes / COPIED_PER_MS : 0;
    setTimeout(() => this.startAll(archive, devices), wait);
  }

  /**
   * Whether hashing while saving costs less than reading everything again for
   * it. Two processors are busy with saving alone: there a hash would make that
   * a third slower, and comes after it, unless all would have to be unpacked
   * again.
   */
  areOnTheWay() {
    const isPlain = this.#state().archive?.overview.container === "plain";
    return !isPlain || navigator.hardwareConcurrency > FEW_PROCESSORS;
  }
}
