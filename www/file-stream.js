/** A file that is read from front to back, ahead of time, by another thread. */

/**
 * @typedef {{ kind: "start", run: number, file: Blob, offset: number }
 *   | { kind: "buffer", buffer: ArrayBuffer }} ToStream
 */
/** @typedef {{ kind: "piece", run: number, offset: number, bytes: Uint8Array<ArrayBuffer> }} StreamPiece */
/** @typedef {StreamPiece | { kind: "failed", run: number }} FromStream */

/** A jump ahead up to this length is read through rather than begun anew. */
const READ_THROUGH = 16 * 1024 * 1024;

export class FileStream {
  #worker = new Worker(new URL("file-stream-worker.js", import.meta.url), { type: "module" });
  #file;
  #take;
  #run = 0;
  #begun = -1;
  /** Where what has come ends. */
  #end = 0;
  #state = /** @type {"starting" | "running" | "failed"} */ ("starting");
  /** @type {{ until: number, resolve: () => void }[]} */
  #waiting = [];

  /**
   * @param {Blob} file
   * @param {(piece: StreamPiece) => void} take gets each piece as it comes
   */
  constructor(file, take) {
    this.#file = file;
    this.#take = take;
    this.#worker.onmessage = ({ data }) => this.#hear(data);
    this.#worker.onerror = () => this.#fail();
  }

  /**
   * Reads on from `offset`, of which the pieces up to where the last one ended
   * may be there already.
   * @param {number} offset
   * @param {boolean} isHeld whether the piece at `offset` is there
   */
  follow(offset, isHeld) {
    const ahead = offset - this.#end;
    const goesOn = this.#begun >= 0 && (ahead >= 0 ? ahead <= READ_THROUGH : isHeld);
    if (goesOn || this.#state === "failed") return;
    this.#run += 1;
    this.#begun = offset;
    this.#end = offset;
    this.#send({ kind: "start", run: this.#run, file: this.#file, offset });
    this.#settle();
  }

  /**
   * Resolves once all up to `offset` has come. What cannot come this way is
   * not waited for, and nothing is until the thread has begun to work.
   * @param {number} offset
   * @returns {Promise<void>}
   */
  async reaches(offset) {
    if (this.#state !== "running" || this.#end >= offset) return;
    await /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        this.#waiting.push({ until: offset, resolve });
      })
    );
  }

  /**
   * Hands a piece's buffer back, to be filled again.
   * @param {StreamPiece} piece
   */
  giveBack({ bytes: { buffer } }) {
    this.#send({ kind: "buffer", buffer }, [buffer]);
  }

  close() {
    this.#worker.terminate();
    this.#fail();
  }

  /** @param {FromStream} message */
  #hear(message) {
    if (message.kind === "failed") {
      if (message.run === this.#run) this.#fail();
      return;
    }
    if (message.run !== this.#run) {
      this.giveBack(message);
      return;
    }
    this.#state = "running";
    this.#end = message.offset + message.bytes.length;
    this.#take(message);
    this.#settle();
  }

  #fail() {
    this.#state = "failed";
    this.#settle();
  }

  /** Lets those go on who need not, or cannot, wait any longer. */
  #settle() {
    const isOver = ({ until = 0 }) => this.#state === "failed" || until <= this.#end;
    const over = this.#waiting.filter(isOver);
    this.#waiting = this.#waiting.filter((waiting) => !isOver(waiting));
    for (const { resolve } of over) resolve();
  }

  /**
   * @param {ToStream} message
   * @param {Transferable[]} [transfer]
   */
  #send(message, transfer = []) {
    this.#worker.postMessage(message, { transfer });
  }
}
