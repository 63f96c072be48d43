/**
 * When the page is drawn: with the browser's next frame, or soon without one. A page that
 * is hidden, or covered while a frame is due, gets none, and its title and what is read
 * aloud are to be true all the same.
 */

/** A frame that has not come by then is not waited for. */
const FRAME_OVERDUE_MS = 250;

export class Frames {
  #draw;
  /** @type {{ frame: number, timer: ReturnType<typeof setTimeout> } | null} */
  #due = null;

  /** @param {() => void} draw */
  constructor(draw) {
    this.#draw = draw;
  }

  /** Has it be drawn once, however often this is called until then. */
  soon() {
    if (this.#due) return;
    const now = () => this.now();
    this.#due = {
      frame: requestAnimationFrame(now),
      timer: setTimeout(now, document.hidden ? 0 : FRAME_OVERDUE_MS),
    };
  }

  /** Draws, which is then no longer due. */
  now() {
    if (this.#due) {
      cancelAnimationFrame(this.#due.frame);
      clearTimeout(this.#due.timer);
      this.#due = null;
    }
    this.#draw();
  }
}
