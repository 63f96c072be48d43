/**
 * Serves the bytes of one image, chunk by chunk, to whoever holds the other
 * end of the port: the Service Worker, which hands them to a download.
 */
import { failure, RemoteError, toFailure } from "./failure.js";

const CHUNK_BYTES = 4 * 1024 * 1024;

/** @typedef {import("./messages.js").ToImage} ToImage */
/** @typedef {import("./messages.js").FromImage} FromImage */
/**
 * @typedef {object} Holder
 * @property {import("./core/vma_inspector.js").Archive} archive
 * @property {import("./source.js").BlobSource} source
 */

/**
 * Resolves once every byte was fetched; rejects when the other end gives up,
 * when `signal` does, or when the bytes cannot be had.
 * @param {Holder} holder
 * @param {{ deviceId: number, size: number, port: MessagePort }} image
 * @param {AbortSignal} signal
 */
export async function serveImage(holder, { deviceId, size, port }, signal) {
  const pulls = new Pulls(port, signal);
  try {
    for (let offset = 0; offset < size; offset += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, size - offset);
      const bytes = await readAhead(holder, deviceId, offset, length, signal);
      await pulls.next();
      port.postMessage(/** @type {FromImage} */ ({ kind: "chunk", bytes }), [bytes.buffer]);
    }
    return null;
  } catch (error) {
    const told = error instanceof RemoteError ? error.failure : toFailure(error);
    port.postMessage(/** @type {FromImage} */ ({ kind: "failed", failure: told }));
    throw error;
  } finally {
    pulls.stop();
  }
}

/**
 * @param {Holder} holder
 * @param {number} deviceId
 * @param {number} offset
 * @param {number} length
 * @param {AbortSignal} signal
 */
async function readAhead({ archive, source }, deviceId, offset, length, signal) {
  const wants = archive.imageWants(deviceId, offset, length);
  await source.prefetch(wants, signal);
  const bytes = archive.imageRead(deviceId, offset, length);
  if (bytes.length !== length) {
    throw new RemoteError(
      failure("internal", `the image gave ${bytes.length} bytes at ${offset}, not ${length}`),
    );
  }
  return /** @type {Uint8Array<ArrayBuffer>} */ (bytes);
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
