/** How fast something goes, smoothed, and how long it will still take. */

/** Weight of the past after one second: short enough to follow a change. */
const KEPT_PER_SECOND = 0.75;
/** Before that, an estimate would jump about. */
const SETTLED_AFTER_MS = 1500;

export class Meter {
  #total;
  #began;
  #lastAt;
  #lastBytes;
  #bytesPerSecond = 0;

  /**
   * @param {number} total bytes in all
   * @param {number} done bytes already behind
   * @param {number} now milliseconds
   */
  constructor(total, done, now) {
    this.#total = total;
    this.#began = now;
    this.#lastAt = now;
    this.#lastBytes = done;
  }

  /**
   * @param {number} done
   * @param {number} now
   * @returns {import("./model.js").Pace | null} null while it is too early to tell
   */
  measure(done, now) {
    const seconds = (now - this.#lastAt) / 1000;
    if (seconds > 0) this.#blend((done - this.#lastBytes) / seconds, seconds, now);
    this.#lastAt = now;
    this.#lastBytes = done;
    if (now - this.#began < SETTLED_AFTER_MS) return null;
    const left = this.#bytesPerSecond > 0 ? (this.#total - done) / this.#bytesPerSecond : null;
    return { bytesPerSecond: this.#bytesPerSecond, secondsLeft: left };
  }

  /**
   * @param {number} rate
   * @param {number} seconds
   * @param {number} now
   */
  #blend(rate, seconds, now) {
    const age = (now - this.#began) / 1000;
    // The average so far is the best guess at first; the recent past later.
    const kept = Math.min(KEPT_PER_SECOND ** seconds, 1 - seconds / age);
    this.#bytesPerSecond = this.#bytesPerSecond * kept + rate * (1 - kept);
  }
}
