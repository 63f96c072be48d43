/** A part of the page that is loaded when it is wanted, and then hears what happened since. */

/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").State} State */
/** @typedef {(state: State) => void} View */
/**
 * @typedef {object} Part
 * @property {(event: PageEvent, state: State) => void} handle
 * @property {View} draw
 */

export class Waiting {
  #load;
  #redraw;
  /** @type {Part | null} */
  #part = null;
  /** Nothing is wanted of it yet: null. @type {{ event: PageEvent, state: State }[] | null} */
  #missed = null;

  /**
   * @param {() => Promise<Part>} load
   * @param {() => void} redraw
   */
  constructor(load, redraw) {
    this.#load = load;
    this.#redraw = redraw;
  }

  /**
   * Whatever happens from here on reaches it. Rejects where it cannot be loaded, and is
   * tried again when it is wanted again.
   */
  async want() {
    if (this.#missed || this.#part) return;
    const missed = (this.#missed = /** @type {{ event: PageEvent, state: State }[]} */ ([]));
    try {
      const part = await this.#load();
      for (const { event, state } of missed) part.handle(event, state);
      this.#part = part;
      this.#redraw();
    } finally {
      this.#missed = null;
    }
  }

  /**
   * @param {PageEvent} event
   * @param {State} state as the event left it
   */
  handle(event, state) {
    if (this.#part) this.#part.handle(event, state);
    else this.#missed?.push({ event, state });
  }

  /** @param {State} state */
  draw(state) {
    this.#part?.draw(state);
  }
}
