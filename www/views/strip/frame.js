/**
 * What every strip is made of: a canvas that is looked at, pointed at and moved through
 * by keys; the line that says what is there; and when something is asked for or painted.
 */
import { text } from "../../words/text.js";
import { fill, h, setAttribute, setText } from "../dom.js";
import { control, showAll } from "./controller.js";
import { inksOf, watchInks } from "./inks.js";
import { hearPointed } from "./marks.js";
import { penFor } from "./painter.js";
import { wholeOf } from "./window.js";

/** @typedef {import("./inks.js").Inks} Inks */
/** @typedef {import("./layout.js").Span} Span */
/** @typedef {import("./marks.js").Pointed} Pointed */
/** @typedef {import("./painter.js").Pen} Pen */
/**
 * @typedef {object} Own what is a strip's own
 * @property {string} label
 * @property {(pen: Pen, inks: Inks, strip: Frame) => void} paint
 * @property {(at: number) => string} says what is at a place; "" if nothing is known
 * @property {(at: number | null) => void} point tells the other strips
 * @property {(pointed: Pointed | null) => Span | null} marked the part that is pointed at
 * @property {(at: number) => void} choose
 * @property {(from: number, way: -1 | 1, fine: boolean) => number} next
 * @property {(window: Span, width: number) => void} ask for what is to be painted
 */

/** A strip's height in pixels, as `strip.css` has it. */
const HEIGHT = 18;
/** The most pixels that a strip is drawn with. */
const WIDTH_MAX = 4096;

/** So long strips are painted in one frame; what is left has the next one. */
const PAINTING_MS = 8;

/** What is to be painted, in the order in which it was asked for. @type {Set<() => void>} */
const due = new Set();
let isAsked = false;

/** @param {() => void} paint */
function paintSoon(paint) {
  due.add(paint);
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(() => {
    isAsked = false;
    paintDue();
  });
}

function paintDue() {
  const until = performance.now() + PAINTING_MS;
  for (const paint of due) {
    if (performance.now() >= until) return paintSoon(paint);
    due.delete(paint);
    paint();
  }
}

/** Many fields: its elements, and what was measured of them. */
export class Frame {
  /** @type {Span} */
  window = wholeOf(0);
  /** @type {number | null} */
  cursor = null;
  /** @type {Span | null} */
  mark = null;
  /** Whether somebody sees it, as far as is known. */
  isVisible = false;
  #own;
  #total = 0;
  #width = 0;
  #isWaiting = false;
  #canvas = h("canvas", { class: "strip-canvas", "aria-hidden": "true" });
  #probe = h("span", { class: "strip-probe", "aria-hidden": "true" });
  #says = h("p", { class: "strip-says quiet", "aria-hidden": "true" });
  #back;
  #slider;

  /** @param {Own} own */
  constructor(own) {
    this.#own = own;
    this.#slider = h(
      "div",
      {
        class: "strip-field",
        role: "slider",
        tabindex: 0,
        "aria-label": own.label,
        "aria-valuemin": 0,
        "aria-valuenow": 0,
        title: text("strip.hint"),
      },
      this.#canvas,
      this.#probe,
    );
    this.#back = h(
      "button",
      { class: "strip-back", type: "button", hidden: true, on: { click: () => showAll(this) } },
      text("strip.whole"),
    );
    this.root = h(
      "div",
      { class: "strip" },
      this.#slider,
      h("div", { class: "strip-line" }, this.#says, this.#back),
    );
    control(this.#slider, this);
    this.#watch();
  }

  total() {
    return this.#total;
  }

  width() {
    return this.#width;
  }

  /** @param {number} total of what there is to be shown */
  setTotal(total) {
    if (total === this.#total) return;
    const isWhole = this.window.from === 0 && this.window.to === this.#total;
    this.#total = total;
    if (isWhole || this.window.to > total) this.window = wholeOf(total);
    setAttribute(this.#slider, "aria-valuemax", Math.max(0, total - 1));
  }

  /** Another whole is shown, from its beginning. */
  reset() {
    this.cursor = null;
    this.mark = null;
    this.#total = 0;
    this.window = wholeOf(0);
    setText(this.#says, "");
  }

  /** Something else is to be seen, or another part of it. */
  moved() {
    this.changed();
    if (this.cursor !== null) this.#say(this.cursor);
    setAttribute(this.#back, "hidden", this.window.to - this.window.from >= this.#total);
  }

  /** Something else is to be seen. */
  changed() {
    if (!this.isVisible || this.#width === 0) return;
    this.ask();
    // While a scan goes on, what was said is left as it is.
    if (this.#isWaiting && this.cursor !== null) this.#say(this.cursor);
    this.#paintSoon();
  }

  /** More of what is seen may be known by now. */
  ask() {
    if (this.isVisible && this.#width > 0) this.#own.ask(this.window, this.#width);
  }

  /**
   * @param {number} from
   * @param {-1 | 1} way
   * @param {boolean} fine
   */
  next(from, way, fine) {
    return this.#own.next(from, way, fine);
  }

  /** @param {number} at */
  choose(at) {
    this.#own.choose(at);
  }

  /** @param {number | null} at */
  point(at) {
    const said = at ?? this.cursor;
    setText(this.#says, said === null ? "" : this.#own.says(said));
    this.#own.point(at);
  }

  /**
   * A part in the pixels of the strip.
   * @param {Span | null} part
   * @returns {Span | null}
   */
  pixels(part) {
    const { from, to } = this.window;
    if (part === null || part.to <= from || part.from >= to) return null;
    const scale = this.#width / (to - from);
    return { from: (part.from - from) * scale, to: (part.to - from) * scale };
  }

  /** @param {number} at */
  #say(at) {
    const words = this.#own.says(at);
    this.#isWaiting = words === text("strip.waiting");
    setText(this.#says, words);
    setAttribute(this.#slider, "aria-valuenow", at);
    setAttribute(this.#slider, "aria-valuetext", words);
  }

  #watch() {
    const signal = hearPointed(this.root, this, (pointed) => {
      this.mark = this.#own.marked(pointed);
      this.#paintSoon();
    });
    if (typeof ResizeObserver !== "undefined") {
      new ResizeObserver(() => this.#measure()).observe(this.#slider);
    }
    if (typeof IntersectionObserver !== "undefined") {
      const seen = new IntersectionObserver((entries) => {
        this.isVisible = entries.at(-1)?.isIntersecting ?? false;
        if (this.isVisible) this.changed();
      });
      seen.observe(this.#slider);
    }
    if (typeof matchMedia === "undefined") return;
    watchInks(() => {
      // Paper does not wait for the next frame.
      if (this.root.isConnected) this.#paint();
    }, signal);
  }

  #measure() {
    const width = Math.min(WIDTH_MAX, Math.floor(this.#slider.clientWidth));
    if (width === this.#width) return;
    this.#width = width;
    this.changed();
  }

  #paintSoon() {
    if (this.#width > 0) paintSoon(this.#paint);
  }

  #paint = () => {
    if (this.#width === 0 || this.window.to <= this.window.from) return;
    const pen = penFor(this.#canvas, this.#width, HEIGHT);
    if (!pen) return;
    this.#own.paint(pen, inksOf(this.#probe), this);
  };
}

/**
 * Rows of a table that is made only when it is opened.
 * @param {() => import("../dom.js").Child[]} make
 */
export function foldedTable(make) {
  const place = h("div");
  const details = h(
    "details",
    { class: "strip-table" },
    h("summary", {}, text("strip.table")),
    place,
  );
  const draw = () => details.open && fill(place, make());
  details.addEventListener("toggle", draw);
  return { root: details, draw };
}
