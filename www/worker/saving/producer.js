/**
 * Makes a file step by step and puts it into a sink, in the Worker: a disk in
 * some format, an appliance.
 */
import { failure, RemoteError } from "../../shared/failure.js";
import { handsFor } from "../ahead/hands-for.js";
import { Buffers } from "../buffers.js";
import { giveRoomBack, roomFor } from "../hashing/hash-feed.js";
import { nextTurn } from "../turn.js";

/** Bytes that a sink gets at once, about: smaller pieces are slow. */
const CHUNK_BYTES = 2 * 1024 * 1024;
/** Bytes of buffers that wait to be filled again. */
const BUFFERS_MAX = 8 * CHUNK_BYTES;
/** Steps whose bytes are fetched while earlier ones are made. */
const STEPS_AHEAD = 4;
const TURN_MS = 30;

/** @typedef {import("../hashing/hash-feed.js").HashFeed} HashFeed */
/** @typedef {import("./sinks.js").Sink} Sink */
/** @typedef {import("../../core/vma_inspector_export.js").Export} Export */
/** @typedef {Pick<import("../session.js").Session, "archive" | "source" | "compressed">} Holder */
/**
 * @typedef {object} Work
 * @property {AbortSignal} signal
 * @property {(done: number, total: number, given: number) => void} tell
 * @property {ReadonlyMap<number, HashFeed>} hashes by device
 */

/** For what a sink gets. */
export const buffersOfSave = () => new Buffers(BUFFERS_MAX);

/**
 * Runs an export to its end; returns how many bytes the file has. The sink is
 * not committed.
 * @param {Holder} holder
 * @param {Export} exporting
 * @param {Sink} sink
 * @param {Work} work
 */
export async function produce(holder, exporting, sink, work) {
  const hands = await handsFor(holder, exporting.total());
  try {
    const given = await makeAll(holder, exporting, sink, work);
    const size = exporting.fileSize();
    if (size === given) return given;
    const message = `the file has ${given} bytes and should have ${size}`;
    throw new RemoteError(failure("internal", message));
  } finally {
    holder.source.endReadAhead();
    hands?.end();
  }
}

/**
 * @param {Holder} holder
 * @param {Export} exporting
 * @param {Sink} sink
 * @param {Work} work
 */
async function makeAll(holder, exporting, sink, { signal, tell, hashes }) {
  const steps = new Steps(holder, exporting, signal);
  const buffers = buffersOfSave();
  let given = 0;
  for (let goesOn = true; goesOn;) {
    await steps.ready();
    goesOn = exporting.step();
    if (hashes.size > 0) await pass(exporting.takePassed(roomFor), hashes);
    if (exporting.ready() >= CHUNK_BYTES || (!goesOn && exporting.ready() > 0)) {
      const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (exporting.take(buffers.room));
      const { length } = bytes;
      await sink.write(given, bytes, buffers.giveBack);
      given += length;
    }
    tell(exporting.done(), exporting.total(), given);
    signal.throwIfAborted();
  }
  const head = exporting.head();
  if (head) await sink.write(0, /** @type {Uint8Array<ArrayBuffer>} */ (head));
  return given;
}

/**
 * @param {import("../../core/vma_inspector_export.js").ImageBytes[]} passed
 * @param {ReadonlyMap<number, HashFeed>} hashes
 */
async function pass(passed, hashes) {
  for (const { deviceId, offset, bytes } of passed) {
    const hash = hashes.get(deviceId);
    if (hash?.takes(offset)) await hash.pass(offset, bytes);
    else giveRoomBack(bytes);
  }
}

/** Sees to it that each step finds its bytes. */
class Steps {
  #holder;
  #exporting;
  #signal;
  /** @type {Promise<void>[]} */
  #fetches = [];
  #turnBegan = performance.now();

  /**
   * @param {Holder} holder
   * @param {Export} exporting
   * @param {AbortSignal} signal
   */
  constructor(holder, exporting, signal) {
    this.#holder = holder;
    this.#exporting = exporting;
    this.#signal = signal;
  }

  /** Resolves when the next step is quick. */
  async ready() {
    if (this.#holder.compressed) await this.#approach();
    else await this.#fetch();
    if (performance.now() - this.#turnBegan > TURN_MS) {
      await nextTurn();
      this.#turnBegan = performance.now();
    }
  }

  async #fetch() {
    const { source } = this.#holder;
    while (this.#fetches.length < STEPS_AHEAD) {
      const wanted = this.#exporting.wants(this.#fetches.length);
      this.#fetches.push(source.prefetch(wanted, this.#signal));
    }
    await this.#fetches.shift();
  }

  /** What is compressed is unpacked, and so read, from front to back. */
  async #approach() {
    const { source } = this.#holder;
    await source.readAhead();
    while (!this.#exporting.approach()) {
      await source.readAhead();
      await nextTurn();
      this.#signal.throwIfAborted();
    }
  }
}
