/**
 * When the page is drawn: with the browser's next frame, or soon without one. A page that
 * is hidden, or covered while a frame is due, gets none, and its title and what is read
 * aloud are to be true all the same.
 *
 * It is drawn in steps, each in a frame of its own, so that no frame takes long: what is seen
 * first, and then what is below it. A step that cannot do all in one frame has the next one
 * as well.
 */

/** A frame that has not come by then is not waited for. */
const FRAME_OVERDUE_MS = 250;

export class Frames {
  #steps;
  /** The step that is next, and how many are to be done. */
  #at = 0;
  #left = 0;
  /** @type {{ frame: number, timer: ReturnType<typeof setTimeout> } | null} */
  #due = null;

  /** @param {...() => boolean | void} steps that draw a part each; true: there is more to do */
  constructor(...steps) {
    this.#steps = steps;
  }

  /**
   * Has all be drawn once, however often this is called until then. Where it goes on being
   * called each step has its turn.
   */
  soon() {
    this.#left = this.#steps.length;
    this.#ask();
  }

  /** The same, from the first step on: something is to be seen before all else. */
  anew() {
    this.#at = 0;
    this.soon();
  }

  /** Draws all, which is then no longer due. */
  now() {
    this.#drop();
    this.#left = 0;
    for (const step of this.#steps) while (step() === true);
  }

  #ask() {
    if (this.#due) return;
    const next = () => this.#next();
    this.#due = {
      frame: requestAnimationFrame(next),
      timer: setTimeout(next, document.hidden ? 0 : FRAME_OVERDUE_MS),
    };
  }

  #next() {
    this.#drop();
    const at = this.#at;
    this.#left -= 1;
    this.#at = this.#left > 0 ? (at + 1) % this.#steps.length : 0;
    try {
      if (this.#steps[at]?.() === true) this.#again(at);
    } finally {
      if (this.#left > 0) this.#ask();
    }
  }

  /** @param {number} at a step */
  #again(at) {
    this.#at = at;
    this.#left = Math.min(this.#steps.length, this.#left + 1);
  }

  #drop() {
    if (!this.#due) return;
    cancelAnimationFrame(this.#due.frame);
    clearTimeout(this.#due.timer);
    this.#due = null;
  }
}
