/**
 * A file that is read from front to back, ahead of time, by another thread. It
 * is started with the page, so that nothing has to be loaded later on.
 */

/**
 * @typedef {{ kind: "start", run: number, file: Blob, offset: number }
 *   | { kind: "buffer", buffer: ArrayBuffer }
 *   | { kind: "stop" }} ToStream
 */
/** @typedef {{ kind: "piece", run: number, offset: number, bytes: Uint8Array<ArrayBuffer> }} StreamPiece */
/** @typedef {{ kind: "ready" } | StreamPiece | { kind: "failed", run: number }} FromStream */

/** A jump ahead up to this length is read through rather than begun anew. */
const READ_THROUGH = 16 * 1024 * 1024;

/** @type {MessagePort | null} */
let reader = null;
let isReady = false;
let lastRun = 0;
/**
 * The one that is read now: another takes its place when it needs to read.
 * @type {FileStream | null}
 */
let current = null;

/**
 * Takes the way to the thread that reads.
 * @param {MessagePort} port
 */
export function connectReader(port) {
  reader = port;
  port.onmessage = ({ data }) => {
    const message = /** @type {FromStream} */ (data);
    if (message.kind === "ready") isReady = true;
    else if (current?.run === message.run) current.hear(message);
    else if (message.kind === "piece") giveBack(message);
  };
}

/**
 * Hands a piece's buffer back, to be filled again.
 * @param {StreamPiece} piece
 */
export function giveBack({ bytes: { buffer } }) {
  send({ kind: "buffer", buffer }, [buffer]);
}

export class FileStream {
  run = 0;
  #file;
  #owner;
  /** Where what has come ends. */
  #end = 0;
  #hasFailed = false;
  /** @type {{ until: number, resolve: () => void }[]} */
  #waiting = [];

  /**
   * @param {Blob} file
   * @param {object} owner
   * @param {(piece: StreamPiece) => void} owner.take gets each piece as it comes
   * @param {() => void} owner.giveAllBack is asked for all pieces that it still
   *   has: there are only so many buffers, and what comes next needs them
   */
  constructor(file, owner) {
    this.#file = file;
    this.#owner = owner;
  }

  /**
   * Reads on from `offset`.
   * @param {number} offset
   * @param {boolean} isHeld whether the piece at `offset` has come and is there
   */
  follow(offset, isHeld) {
    const ahead = offset - this.#end;
    const goesOn = current === this && (ahead >= 0 ? ahead <= READ_THROUGH : isHeld);
    if (goesOn || !isReady || this.#hasFailed) return;
    const former = current ?? this;
    current = this;
    former.#owner.giveAllBack();
    former.#settle();
    lastRun += 1;
    this.run = lastRun;
    this.#end = offset;
    send({ kind: "start", run: this.run, file: this.#file, offset });
    this.#settle();
  }

  /**
   * Resolves once all up to `offset` has come, or cannot come this way.
   * @param {number} offset
   * @returns {Promise<void>}
   */
  async reaches(offset) {
    if (current !== this || this.#end >= offset) return;
    await /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        this.#waiting.push({ until: offset, resolve });
      })
    );
  }

  /** Ends reading, and lets go of the buffers. */
  stop() {
    if (current !== this) return;
    current = null;
    this.#owner.giveAllBack();
    send({ kind: "stop" });
    this.#settle();
  }

  /** @param {Exclude<FromStream, { kind: "ready" }>} message */
  hear(message) {
    if (message.kind === "failed") {
      this.fail();
      return;
    }
    this.#end = message.offset + message.bytes.length;
    this.#owner.take(message);
    this.#settle();
  }

  fail() {
    this.#hasFailed = true;
    this.stop();
  }

  /** Lets those go on who need not, or cannot, wait any longer. */
  #settle() {
    const isOver = ({ until = 0 }) => current !== this || until <= this.#end;
    const over = this.#waiting.filter(isOver);
    this.#waiting = this.#waiting.filter((waiting) => !isOver(waiting));
    for (const { resolve } of over) resolve();
  }
}

/**
 * @param {ToStream} message
 * @param {Transferable[]} [transfer]
 */
function send(message, transfer = []) {
  reader?.postMessage(message, { transfer });
}
