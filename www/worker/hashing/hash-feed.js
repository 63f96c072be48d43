/**
 * Feeds the SHA-256 of a disk, which a Worker of its own computes, with what
 * passes while the disk is saved. A hash that cannot keep up, because it has a
 * long stretch of zeros before it, is left behind and goes on later.
 */
import { Buffers } from "../buffers.js";

/** @typedef {import("../../shared/messages.js").FromHasher} FromHasher */
/** @typedef {import("../../shared/messages.js").ToHasher} ToHasher */

/** Bytes on their way to the hash, at most. */
const QUEUE_BYTES = 24 * 1024 * 1024;
/** Zeros in front of the hash for which nothing waits: half a second. */
const ZEROS_WAITED_FOR = 128 * 1024 * 1024;

/** @type {MessagePort | null} */
let hasher = null;
/** @type {WebAssembly.Module | ArrayBuffer | null} */
let core = null;
/** @type {Map<number, HashFeed>} */
const feeds = new Map();
let lastJob = 0;
/** What the other thread is done with, to be filled again. */
const buffers = new Buffers(QUEUE_BYTES);

/**
 * An array for bytes that may be passed.
 * @param {number} length
 */
export function roomFor(length) {
  return buffers.room(length);
}

/**
 * Takes back an array that was not passed.
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function giveRoomBack({ buffer }) {
  takeBack(buffer);
}

/** @param {ArrayBuffer} buffer */
function takeBack(buffer) {
  if (feeds.size > 0) buffers.giveBack(buffer);
}

/**
 * Takes the way to the thread that hashes.
 * @param {MessagePort} port
 */
export function connectHasher(port) {
  hasher = port;
  port.onmessage = ({ data }) => {
    const message = /** @type {FromHasher} */ (data);
    if (message.kind === "at" && message.buffer) takeBack(message.buffer);
    feeds.get(message.job)?.hear(message);
  };
  handCoreOver();
}

/**
 * Has that thread use the core, as it was compiled here where that can be handed over.
 * @param {WebAssembly.Module | ArrayBuffer} module
 */
export function prepareHashing(module) {
  core = module;
  handCoreOver();
}

function handCoreOver() {
  if (core) hasher?.postMessage(/** @type {ToHasher} */ ({ kind: "core", module: core }));
}

export class HashFeed {
  /** Bytes of the disk that are hashed. */
  at = 0;
  /** Behind the last bytes that were passed. */
  #passed = 0;
  #queued = 0;
  #detached = false;
  #patient = false;
  /** @type {string | null} */
  #hex = null;
  #failed = false;
  #wake = () => {};
  #onHeard = () => {};

  constructor() {
    lastJob += 1;
    this.job = lastJob;
    feeds.set(this.job, this);
  }

  /**
   * Whether bytes from here on are of use.
   * @param {number} offset
   */
  takes(offset) {
    return !this.#detached && !this.#failed && offset >= this.#passed;
  }

  /** From where on the disk has to be read again, for what was left out. */
  get resumesAt() {
    return this.#passed;
  }

  /**
   * @param {number} offset
   * @param {Uint8Array<ArrayBuffer>} bytes taken away
   */
  async pass(offset, bytes) {
    const { length } = bytes;
    while (this.#queued > 0 && this.#queued + length > QUEUE_BYTES && !this.#failed) {
      if (!this.#patient && this.#zerosAhead(offset) > ZEROS_WAITED_FOR) {
        this.#detached = true;
        giveRoomBack(bytes);
        return;
      }
      await this.#change();
    }
    this.#queued += length;
    this.#passed = offset + length;
    this.#post({ job: this.job, kind: "pass", offset, bytes }, [bytes.buffer]);
  }

  /**
   * Everything was passed that is not zeros; resolves with the hash of the
   * first `size` bytes, or null if it cannot be had.
   * @param {number} size
   * @param {AbortSignal} signal
   */
  async finish(size, signal) {
    signal.addEventListener("abort", () => this.drop(), { once: true });
    this.#post({ job: this.job, kind: "end", size });
    while (this.#hex === null && !this.#failed) {
      await this.#change();
      signal.throwIfAborted();
    }
    return this.#hex;
  }

  /** Takes more again after it was left behind, and lets what passes wait for it. */
  waitForZeros() {
    this.#patient = true;
    this.#detached = false;
  }

  /** @param {(at: number) => void} onProgress */
  follow(onProgress) {
    this.#onHeard = () => onProgress(this.at);
  }

  /** Lets go of it, finished or not. */
  drop() {
    if (!feeds.delete(this.job)) return;
    if (feeds.size === 0) buffers.drop();
    if (this.#hex === null) this.#post({ job: this.job, kind: "drop" });
    this.#failed = true;
    this.#wake();
  }

  /** @param {FromHasher} message */
  hear(message) {
    if (message.kind === "at") {
      this.at = message.at;
      this.#queued -= message.taken;
    } else if (message.kind === "hash") {
      this.#hex = message.hex;
    } else {
      this.#failed = true;
    }
    this.#onHeard();
    this.#wake();
  }

  /** @param {number} offset */
  #zerosAhead(offset) {
    return offset - this.at - this.#queued;
  }

  #change() {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
    });
  }

  /**
   * @param {ToHasher} message
   * @param {Transferable[]} [transfer]
   */
  #post(message, transfer = []) {
    hasher?.postMessage(message, transfer);
  }
}
