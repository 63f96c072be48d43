/**
 * When the page is drawn: with the browser's next frame, or soon without one. A page that
 * is hidden, or covered while a frame is due, gets none, and its title and what is read
 * aloud are to be true all the same.
 *
 * It is drawn in steps, each in a frame of its own, so that no frame takes long: what is seen
 * first, and then what is below it.
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

  /** @param {...() => void} steps that draw a part each */
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

  /** Draws all, which is then no longer due. */
  now() {
    this.#drop();
    this.#left = 0;
    for (const step of this.#steps) step();
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
    const step = this.#steps[this.#at];
    this.#left -= 1;
    this.#at = this.#left > 0 ? (this.#at + 1) % this.#steps.length : 0;
    if (this.#left > 0) this.#ask();
    step?.();
  }

  #drop() {
    if (!this.#due) return;
    cancelAnimationFrame(this.#due.frame);
    clearTimeout(this.#due.timer);
    this.#due = null;
  }
}
