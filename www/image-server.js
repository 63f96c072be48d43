/**
 * Serves the bytes of one image, chunk by chunk, to whoever holds the other
 * end of the port: the Service Worker, which hands them to a download.
 */
import { failure, RemoteError, toFailure } from "./failure.js";
import { nextTurn } from "./turn.js";

/**
 * A little less than what one extent holds, so that the stored bytes lie in at
 * most two neighbouring ones, and a single read of 4 MiB brings them.
 */
const CHUNK_BYTES = 3.5 * 1024 * 1024;
/** Chunks whose bytes are fetched while an earlier one is put together. */
const CHUNKS_AHEAD = 3;

/** @typedef {import("./messages.js").ToImage} ToImage */
/** @typedef {import("./messages.js").FromImage} FromImage */
/**
 * @typedef {object} Holder
 * @property {import("./core/vma_inspector.js").Archive} archive
 * @property {import("./source.js").BlobSource} source
 * @property {boolean} compressed
 * @property {() => import("./core/vma_inspector.js").ScanReport} report
 */

/**
 * Resolves, with what is known then, once every byte was fetched; rejects when the other end gives up,
 * when `signal` does, or when the bytes cannot be had.
 * @param {Holder} holder
 * @param {{ deviceId: number, size: number, port: MessagePort }} image
 * @param {AbortSignal} signal
 * @returns {Promise<import("./messages.js").Served>}
 */
export async function serveImage(holder, { deviceId, size, port }, signal) {
  const pulls = new Pulls(port, signal);
  try {
    const { archive, compressed } = holder;
    const fetches = [];
    // What is compressed is unpacked, and so read, from front to back.
    let ahead = compressed ? size : 0;
    for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
      for (; ahead <= offset + CHUNKS_AHEAD * CHUNK_BYTES && ahead < size; ahead += CHUNK_BYTES) {
        fetches.push(fetchAhead(holder, deviceId, ahead, size, signal));
      }
      if (compressed) await approach(holder, deviceId, offset, size, signal);
      else await fetches.shift();
      const bytes = readChunk(holder, deviceId, offset, size);
      await pulls.next();
      port.postMessage(/** @type {FromImage} */ ({ kind: "chunk", bytes }), [bytes.buffer]);
    }
    return { lost: archive.imageLost(deviceId), report: holder.report() };
  } catch (error) {
    const told = error instanceof RemoteError ? error.failure : toFailure(error);
    port.postMessage(/** @type {FromImage} */ ({ kind: "failed", failure: told }));
    throw error;
  } finally {
    pulls.stop();
  }
}

/**
 * Unpacks up to the chunk at `offset`, which may be a long way, a turn at a
 * time.
 * @param {Holder} holder
 * @param {number} deviceId
 * @param {number} offset
 * @param {number} size
 * @param {AbortSignal} signal
 */
async function approach({ archive, source }, deviceId, offset, size, signal) {
  const length = Math.min(CHUNK_BYTES, size - offset);
  await source.readAhead();
  while (!archive.imageApproach(deviceId, offset, length)) {
    await source.readAhead();
    await nextTurn();
    signal.throwIfAborted();
  }
}

/**
 * Begins to fetch what the chunk at `offset` is made of, while an earlier one
 * is put together.
 * @param {Holder} holder
 * @param {number} deviceId
 * @param {number} offset
 * @param {number} size
 * @param {AbortSignal} signal
 */
async function fetchAhead({ archive, source }, deviceId, offset, size, signal) {
  const length = Math.min(CHUNK_BYTES, size - offset);
  await source.prefetch(archive.imageWants(deviceId, offset, length), signal);
}

/**
 * @param {Holder} holder
 * @param {number} deviceId
 * @param {number} offset
 * @param {number} size
 */
function readChunk({ archive }, deviceId, offset, size) {
  const length = Math.min(CHUNK_BYTES, size - offset);
  const bytes = archive.imageRead(deviceId, offset, length);
  if (bytes.length === length) return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
  const message = `the image gave ${bytes.length} bytes at ${offset}, not ${length}`;
  throw new RemoteError(failure("internal", message));
}

/** The chunks that the other end has asked for and not yet got. */
class Pulls {
  #asked = 0;
  /** @type {unknown} */
  #givenUp = null;
  #wake = () => {};

  /**
   * @param {MessagePort} port
   * @param {AbortSignal} signal
   */
  constructor(port, signal) {
    this.port = port;
    port.onmessage = ({ data }) => this.#take(data);
    signal.addEventListener("abort", () => this.#giveUp(signal.reason));
  }

  async next() {
    while (this.#asked === 0 && !this.#givenUp) {
      await new Promise((resolve) => {
        this.#wake = () => resolve(undefined);
      });
    }
    if (this.#givenUp) throw this.#givenUp;
    this.#asked -= 1;
  }

  stop() {
    this.port.onmessage = null;
  }

  /** @param {ToImage} message */
  #take(message) {
    if (message.kind === "pull") this.#asked += 1;
    else this.#giveUp(new RemoteError(failure("aborted", "the other end gave up")));
    this.#wake();
  }

  /** @param {unknown} reason */
  #giveUp(reason) {
    this.#givenUp = reason;
    this.#wake();
  }
}
