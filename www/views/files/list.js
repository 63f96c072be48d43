/** The list of files: of all rows those that are seen are in the document. */
import { text } from "../../words/text.js";
import { h, setAttribute } from "../dom.js";
import { rowAfter, trackOf } from "../hex/track.js";
import { moveOf } from "./move.js";
import { canBeChosen, jumpTo } from "./order.js";
import { drawRow, headRow, rowOf } from "./row.js";
import { lastTop, topFor, windowOf } from "./window.js";

/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("./order.js").Order} Order */
/** @typedef {import("./row.js").Row} Row */
/**
 * @typedef {object} On
 * @property {(item: Item) => void} open
 * @property {() => void} up
 * @property {(item: Item | null) => void} at the focus stands on another one
 * @property {(chosen: ReadonlySet<Item>) => void} chosen
 * @property {(by: import("./order.js").Column) => void} sort
 */

/** Letters that are typed within so long belong together. */
const TYPING_MS = 900;
/** Of so many rows the list is as high as it gets. */
const ROWS_TALL = 40;
/** Pixels of a row before one has been drawn. */
const HEIGHT = 30;

/** Many fields: the rows, the place and what is chosen are one picture. */
export class List {
  root;
  /** @type {ReadonlySet<Item>} */
  chosen = new Set();
  #on;
  #head;
  #rows = h("div", { class: "files-rows", role: "rowgroup" });
  #spacer = h("div", { class: "files-spacer", role: "presentation" });
  #empty = h("p", { class: "files-empty quiet", hidden: true });
  /** @type {readonly Item[]} */
  #items = [];
  /** @type {Order} */
  #order = { by: "name", isDown: false };
  #at = 0;
  /** Where a row of several that are chosen together begins. @type {number | null} */
  #anchor = null;
  #top = 0;
  #scrolled = 0;
  /** @type {Map<Item, Row>} */
  #made = new Map();
  #typed = { letters: "", until: 0 };
  #isDue = false;

  /** @param {On} on */
  constructor(on) {
    this.#on = on;
    this.#head = headRow(on.sort, (all) =>
      this.#choose(all ? this.#items.filter(canBeChosen) : []),
    );
    const sticky = h("div", { class: "files-sticky", role: "presentation" }, this.#rows);
    this.root = h(
      "div",
      {
        class: "files-scroller",
        role: "grid",
        tabindex: 0,
        "aria-label": text("files.list"),
        "aria-multiselectable": "true",
      },
      h("div", { class: "files-top", role: "rowgroup" }, this.#head.root),
      sticky,
      this.#empty,
      this.#spacer,
    );
    this.#listen();
  }

  #listen() {
    this.root.addEventListener("scroll", () => this.#onScroll());
    this.root.addEventListener("keydown", (event) => this.#onKey(event));
    this.#rows.addEventListener("click", (event) => this.#onClick(event));
    this.#rows.addEventListener("dblclick", ({ target }) => {
      const item = this.#itemOf(target);
      if (item) this.#on.open(item);
    });
    new ResizeObserver(() => this.#lay()).observe(this.root);
  }

  /** The item that has the focus. */
  get item() {
    return this.#items[this.#at] ?? null;
  }

  /**
   * Other items, or more of the same: the focus stays on what it was on.
   * @param {readonly Item[]} items
   * @param {Order} order
   */
  show(items, order) {
    const was = this.item;
    this.#items = items;
    this.#order = order;
    if (was && this.item !== was) {
      const row = this.#at - this.#top;
      const found = items.indexOf(was);
      this.#at = Math.max(0, found);
      // What is looked at stays where it is, while others come in above.
      if (this.#at > 0) this.#top = Math.max(0, this.#at - row);
      if (found < 0) this.#on.at(this.item);
    } else if (!was) this.#on.at(this.item);
    const there = new Set(items);
    const kept = [...this.chosen].filter((item) => there.has(item));
    if (kept.length < this.chosen.size) this.#choose(kept);
    this.#lay();
  }

  /**
   * Another folder: it begins with the focus on one of its items, or on the first.
   * @param {readonly Item[]} items
   * @param {Order} order
   * @param {Item | null} item
   */
  begin(items, order, item) {
    this.#items = items;
    this.#order = order;
    this.#made.clear();
    this.#choose([]);
    this.#top = 0;
    this.#at = item ? Math.max(0, items.indexOf(item)) : 0;
    this.#lay();
    this.#bring();
    this.#on.at(this.item);
  }

  /** Shows the first rows, wherever the focus is. */
  toTop() {
    this.#top = 0;
    this.#settle();
    this.#draw();
  }

  /** @param {Item} item which has come in */
  goTo(item) {
    const at = this.#items.indexOf(item);
    if (at >= 0) this.#moveTo(at, false);
  }

  /** @param {string} words in place of rows; empty where there are some, or will be */
  say(words) {
    this.#empty.hidden = words === "";
    this.#empty.textContent = words;
  }

  focus() {
    this.root.focus({ preventScroll: true });
  }

  #height() {
    const [first] = this.#made.values();
    return first?.root.getBoundingClientRect().height || HEIGHT;
  }

  #seen() {
    const height = this.#height();
    const room = Math.max(height, this.root.clientHeight - this.#head.root.clientHeight);
    return { top: this.#top, room, height, count: this.#items.length };
  }

  #track() {
    const { room, height, count } = this.#seen();
    return { track: trackOf(lastTop({ room, height, count }), height), room, height };
  }

  /** Makes the way to scroll. */
  #lay() {
    this.root.style.setProperty("--files-count", String(Math.min(ROWS_TALL, this.#items.length)));
    if (this.root.clientHeight === 0) return;
    this.#drawNow();
    const { track, room } = this.#track();
    this.#spacer.style.blockSize = `${track.pixels + room}px`;
    setAttribute(this.root, "aria-rowcount", this.#items.length + 1);
    this.#top = Math.min(this.#top, track.rowAt(track.pixels));
    this.#settle();
    this.#draw();
  }

  #settle() {
    this.root.scrollTop = this.#track().track.pixelsOf(this.#top);
    // A browser may round it.
    this.#scrolled = this.root.scrollTop;
  }

  #onScroll() {
    const [from, to] = [this.#scrolled, this.root.scrollTop];
    if (Math.abs(to - from) < 1) return;
    const { track, room, height } = this.#track();
    this.#top = rowAfter(track, this.#top, { from, to, shown: room, height });
    this.#scrolled = to;
    this.#draw();
  }

  #bring() {
    this.#top = topFor(this.#at, this.#seen());
    this.#settle();
    this.#draw();
  }

  #draw() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    const { first, end, shift } = windowOf(this.#seen());
    /** @type {Map<Item, Row>} */
    const made = new Map();
    for (let at = first; at < end; at += 1) {
      const item = this.#items[at];
      if (!item) break;
      const row = this.#made.get(item) ?? rowOf(item);
      const isAt = at === this.#at;
      drawRow(row, { number: at + 2, isAt, isChosen: this.chosen.has(item) });
      if (isAt) setAttribute(this.root, "aria-activedescendant", row.root.id);
      made.set(item, row);
    }
    if (this.#at < first || this.#at >= end) setAttribute(this.root, "aria-activedescendant", null);
    this.#made = made;
    const roots = [...made.values()].map(({ root }) => root);
    const isSame = roots.every((root, at) => root === this.#rows.children[at]);
    if (!isSame || roots.length !== this.#rows.children.length) {
      this.#rows.replaceChildren(...roots);
    }
    this.#rows.style.translate = `0 ${-shift}px`;
    this.#head.draw(this.#order, { chosen: this.chosen.size, count: this.#items.length });
  }

  /**
   * @param {number} to
   * @param {boolean} isChoosing whether all on the way are chosen
   */
  #moveTo(to, isChoosing) {
    const from = (this.#anchor = isChoosing ? (this.#anchor ?? this.#at) : null);
    this.#at = to;
    if (from !== null) {
      const [first, last] = [Math.min(from, to), Math.max(from, to)];
      this.#choose(this.#items.slice(first, last + 1).filter(canBeChosen));
    }
    this.#bring();
    this.#on.at(this.item);
  }

  /** @param {Iterable<Item>} items */
  #choose(items) {
    this.chosen = new Set(items);
    this.#on.chosen(this.chosen);
    this.#draw();
  }

  clear() {
    this.#choose([]);
  }

  /** @param {Item} item */
  #toggle(item) {
    if (!canBeChosen(item)) return;
    const chosen = new Set(this.chosen);
    if (!chosen.delete(item)) chosen.add(item);
    this.#choose(chosen);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    // The heads of the columns have keys of their own.
    if (event.target !== this.root) return;
    const isTyping = this.#typed.letters !== "" && event.timeStamp < this.#typed.until;
    const { room, height, count } = this.#seen();
    const rows = Math.floor(room / height);
    const move = moveOf(event, { at: this.#at, count, rows, isTyping });
    if (!move || count === 0) {
      if (move && "deed" in move && move.deed === "up") this.#on.up();
      return;
    }
    event.preventDefault();
    if ("to" in move) this.#moveTo(move.to, move.isChoosing);
    else if ("letter" in move) this.#type(move.letter, event.timeStamp, isTyping);
    else this.#do(move.deed);
  }

  /** @param {import("./move.js").Deed} deed */
  #do(deed) {
    const { item } = this;
    if (deed === "up") this.#on.up();
    else if (deed === "all") this.#choose(this.#items.filter(canBeChosen));
    else if (item && deed === "open") this.#on.open(item);
    else if (item) this.#toggle(item);
  }

  /**
   * @param {string} letter
   * @param {number} now
   * @param {boolean} isTyping
   */
  #type(letter, now, isTyping) {
    const letters = (isTyping ? this.#typed.letters : "") + letter;
    this.#typed = { letters, until: now + TYPING_MS };
    // One letter again and again goes through all that begin with it.
    const isRepeated = letters === letter.repeat(letters.length / letter.length);
    const wanted = isRepeated ? letter : letters;
    const found = jumpTo(this.#items, wanted, this.#at + Number(isRepeated));
    if (found !== null) this.#moveTo(found, false);
  }

  /** @param {MouseEvent} event */
  #onClick({ target, shiftKey }) {
    const item = this.#itemOf(target);
    if (!item || !(target instanceof Element)) return;
    if (target instanceof HTMLInputElement) {
      this.#toggle(item);
      this.focus();
      return this.#moveTo(this.#items.indexOf(item), false);
    }
    this.#moveTo(this.#items.indexOf(item), shiftKey);
    if (!shiftKey && (target.closest("[data-opens]") || item.folders)) this.#on.open(item);
  }

  /** @param {EventTarget | null} target */
  #itemOf(target) {
    const root = target instanceof Element ? target.closest(".files-row") : null;
    const found = [...this.#made].find(([, row]) => row.root === root);
    return found?.[0] ?? null;
  }
}
