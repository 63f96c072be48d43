/** The chunks that the other end of a port has asked for and not yet got. */
import { failure, RemoteError } from "../../shared/failure.js";

/** @typedef {import("../../shared/messages.js").ToImage} ToImage */

export class Pulls {
  #port;
  #asked = 0;
  /** @type {unknown} */
  #givenUp = null;
  #wake = () => {};

  /**
   * @param {MessagePort} port
   * @param {AbortSignal} signal
   */
  constructor(port, signal) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#take(data);
    signal.addEventListener("abort", () => this.#giveUp(signal.reason));
  }

  /** Resolves when one more is wanted; rejects when the other end gives up. */
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
    this.#port.onmessage = null;
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
