/**
 * What every strip is made of: a canvas that is looked at, pointed at and moved through
 * by keys; the line that says what is there; and when something is asked for or painted.
 */
import { text } from "../../words/text.js";
import { fill, h, setAttribute, setText } from "../dom.js";
import { control, showAll } from "./controller.js";
import { inksOf, watchInks } from "./inks.js";
import { joinStrips } from "./marks.js";
import { paintDisk, penFor } from "./painter.js";
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

/** Strips are painted until so long behind the beginning of a frame; what is left has the next one. */
const PAINTED_UNTIL_MS = 6;
/** Frames in a row that may pass without a strip, as all of their time went into something else. */
const FRAMES_WITHOUT = 6;

/** What is to be painted, in the order in which it was asked for. @type {Set<() => void>} */
const due = new Set();
let isAsked = false;
let framesWithout = 0;

/** @param {() => void} paint */
function paintSoon(paint) {
  due.add(paint);
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame((began) => {
    isAsked = false;
    paintDue(began + PAINTED_UNTIL_MS);
  });
}

/** @param {number} until on the clock of `performance.now()` */
function paintDue(until) {
  if (performance.now() >= until && framesWithout < FRAMES_WITHOUT) {
    framesWithout += 1;
    return askAgain();
  }
  framesWithout = 0;
  for (const paint of due) {
    due.delete(paint);
    paint();
    if (performance.now() >= until) break;
  }
  askAgain();
}

function askAgain() {
  const [next] = due;
  if (next) paintSoon(next);
}

/**
 * Has the browser get ready for strips, which takes it as long as to paint many: that is not
 * for when a backup is opened.
 */
export function prepareStrips() {
  const canvas = h("canvas", { class: "strip-canvas", hidden: true });
  document.body.append(canvas);
  const pen = penFor(canvas, 1, HEIGHT);
  if (pen) paintDisk(pen, inksOf(canvas), [], { cursor: null, mark: null });
  canvas.remove();
}

/** What is done when a strip has another width, or is seen or not. @type {WeakMap<Element, (isSeen?: boolean) => void>} */
const watchedBy = new WeakMap();
/** One of each for all strips. @type {{ observe: (element: Element) => void }[] | null} */
let observers = null;

function newObservers() {
  const made = [];
  if (typeof ResizeObserver !== "undefined") {
    made.push(
      new ResizeObserver((entries) => {
        for (const { target } of entries) watchedBy.get(target)?.();
      }),
    );
  }
  if (typeof IntersectionObserver !== "undefined") {
    made.push(
      new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) watchedBy.get(target)?.(isIntersecting);
      }),
    );
  }
  return made;
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
  #slider;
  /** What is said below it; made when there is something. @type {ReturnType<typeof lineOf> | null} */
  #line = null;

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
    );
    this.root = h("div", { class: "strip" }, this.#slider);
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
    this.#tell("");
  }

  /** Something else is to be seen, or another part of it. */
  moved() {
    this.changed();
    if (this.cursor !== null) this.#say(this.cursor);
    this.#tell(this.#line?.says.textContent ?? "");
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
    this.#tell(said === null ? "" : this.#own.says(said));
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

  /** @param {string} words */
  #tell(words) {
    const isWhole = this.window.to - this.window.from >= this.#total;
    if (!this.#line) {
      if (words === "" && isWhole) return;
      this.#line = lineOf(() => showAll(this));
      this.root.append(this.#line.root);
    }
    const { root, says, back } = this.#line;
    setText(says, words);
    back.hidden = isWhole;
    root.hidden = words === "" && isWhole;
  }

  /** @param {number} at */
  #say(at) {
    const words = this.#own.says(at);
    this.#isWaiting = words === text("strip.waiting");
    this.#tell(words);
    setAttribute(this.#slider, "aria-valuenow", at);
    setAttribute(this.#slider, "aria-valuetext", words);
  }

  #watch() {
    joinStrips(this);
    watchInks();
    watchedBy.set(this.#slider, (isSeen) => {
      if (isSeen === undefined) return this.#measure();
      this.isVisible = isSeen;
      if (isSeen) this.changed();
    });
    observers ??= newObservers();
    for (const each of observers) each.observe(this.#slider);
  }

  /** @param {Pointed | null} pointed in another strip */
  told(pointed) {
    this.mark = this.#own.marked(pointed);
    this.#paintSoon();
  }

  /** Paper does not wait for the next frame. */
  recoloured() {
    this.#paint();
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
    this.#own.paint(pen, inksOf(this.#canvas), this);
  };
}

/**
 * What a strip says, and the way back to all of it.
 * @param {() => void} showAll
 */
function lineOf(showAll) {
  const says = h("p", { class: "strip-says quiet", "aria-hidden": "true" });
  const back = h(
    "button",
    { class: "strip-back", type: "button", on: { click: showAll } },
    text("strip.whole"),
  );
  return { root: h("div", { class: "strip-line" }, says, back), says, back };
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
