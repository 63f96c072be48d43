/** What is listed, in the order in which it is shown: of what is hidden only if that is wanted. */
import { comparison, isHidden, merged } from "./order.js";

/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("./order.js").Order} Order */

export class Items {
  /** Those that are shown. @type {readonly Item[]} */
  shown = [];
  /** How many are not. */
  hidden = 0;
  /** @type {Order} */
  order = { by: "name", isDown: false };
  withHidden = false;
  /** All of them, as they came in. @type {Item[]} */
  #all = [];

  get count() {
    return this.#all.length;
  }

  /** Nothing is left; how it is sorted stays, if that is by what each folder has. */
  empty() {
    this.#all = [];
    this.shown = [];
    this.hidden = 0;
    if (this.order.by === "path") this.order = { by: "name", isDown: false };
  }

  /** @param {readonly Item[]} more */
  add(more) {
    for (const item of more) this.#all.push(item);
    this.shown = merged(this.shown, this.#seen(more), comparison(this.order));
  }

  /**
   * @param {Order} order
   * @param {boolean} withHidden
   */
  arrange(order, withHidden) {
    this.order = order;
    this.withHidden = withHidden;
    this.hidden = 0;
    this.shown = this.#seen(this.#all).sort(comparison(order));
  }

  /**
   * What was found in other folders is always shown: a person asked for it.
   * @param {readonly Item[]} items
   */
  #seen(items) {
    const seen = items.filter((item) => this.withHidden || item.folders || !isHidden(item.entry));
    this.hidden += items.length - seen.length;
    return seen;
  }
}
