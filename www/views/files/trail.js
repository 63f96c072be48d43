/**
 * The way from the root to a folder. The browser's own way back and forth leads from
 * folder to folder: each has an entry of the history, which holds a number alone, since
 * names are out of a file.
 */

/** @typedef {import("../../shared/files.js").FileName} FileName */
/** @typedef {import("../../shared/files.js").NodeId} NodeId */
/** @typedef {{ id: NodeId, name: FileName }} Step */
/** @typedef {{ volume: string, steps: readonly Step[] }} Trail */

/** Trails that are kept for the way back. */
const KEPT = 1000;

export class Trails {
  /** Numbers of another visit mean nothing in this one. */
  #visit = `${Date.now()} ${Math.random()}`;
  #last = 0;
  /** @type {Map<number, Trail>} */
  #trails = new Map();

  /** @param {Trail} trail that is gone to now */
  push(trail) {
    history.pushState(this.#stateOf(trail), "", location.href);
  }

  /** @param {Trail} trail that is shown where the history does not say so */
  keep(trail) {
    if (history.state === null) history.replaceState(this.#stateOf(trail), "", location.href);
  }

  /** @param {Trail} trail */
  #stateOf(trail) {
    this.#last += 1;
    this.#trails.set(this.#last, trail);
    this.#trails.delete(this.#last - KEPT);
    return { visit: this.#visit, trail: this.#last };
  }

  /**
   * The steps that the history's entry is about.
   * @param {string} volume
   * @returns {readonly Step[]} none: the root
   */
  here(volume) {
    const { visit, trail } = history.state ?? {};
    const known = visit === this.#visit ? this.#trails.get(trail) : null;
    return known?.volume === volume ? known.steps : [];
  }
}

/**
 * Whether both lead through the same folders.
 * @param {readonly Step[]} one
 * @param {readonly Step[]} other
 */
export function isSameWay(one, other) {
  return one.length === other.length && one.every(({ id }, at) => id === other[at]?.id);
}
