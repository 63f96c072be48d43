/** How much room the browser has for files that are made in it, up to date. */
import { roomBeside, takesRoom } from "../room.js";

/** Left free, so that the system does not run out of space. */
const SPARE_BYTES = 256 * 1024 * 1024;

/** @returns {Promise<number | null>} bytes; null where there is no private file system */
export async function measuredRoom() {
  try {
    await navigator.storage.getDirectory();
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return Math.max(0, quota - usage - SPARE_BYTES);
  } catch {
    return null;
  }
}

/** Keeps what is known of the room up to date. */
export class RoomKeeper {
  #send;
  #state;
  #taking = "";

  /**
   * @param {import("../model.js").Send} send
   * @param {() => import("../model.js").State} state
   */
  constructor(send, state) {
    this.#send = send;
    this.#state = state;
  }

  /** @param {import("../model.js").PageEvent} event */
  handle({ type }) {
    switch (type) {
      case "save-started":
      case "save-changed":
        return this.#measureIfOthers();
      case "kept-counted":
      case "staged-removed":
      case "all-removed":
        return this.#measure();
    }
  }

  #measureIfOthers() {
    const taking = this.#state()
      .saves.filter(takesRoom)
      .map(({ id }) => id)
      .join();
    if (taking === this.#taking) return;
    this.#taking = taking;
    this.#measure();
  }

  async #measure() {
    if (this.#state().abilities === null) return;
    const measured = await measuredRoom();
    const room = roomBeside(measured, this.#state().saves);
    this.#send({ type: "room-measured", room });
  }
}
