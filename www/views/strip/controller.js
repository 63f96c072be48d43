/** What a person does with pointer, wheel and keys on a strip. */
import { panned, showing, wholeOf, zoomed } from "./window.js";

/** @typedef {import("./layout.js").Span} Span */
/**
 * @typedef {object} Strip what is acted on; places are clusters of a disk, or bytes of
 *   the archive
 * @property {() => number} total
 * @property {() => number} width pixels
 * @property {Span} window
 * @property {number | null} cursor
 * @property {(from: number, way: -1 | 1, fine: boolean) => number} next the start of the
 *   next stretch that is drawn otherwise, or of the next cell
 * @property {() => void} moved the cursor or the window is another
 * @property {(at: number) => void} choose
 * @property {(at: number | null) => void} point
 */

/** One turn of the wheel, one press of a key. */
const ZOOM = 1.5;
/** Pixels that a pointer may move and it is a click all the same. */
const STILL = 4;

/**
 * @param {HTMLElement} element
 * @param {Strip} strip
 */
export function control(element, strip) {
  byPointer(element, strip);
  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !byKey(strip, event)) return;
    event.preventDefault();
  });
  // Whoever scrolls past a strip wants to scroll.
  element.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && document.activeElement !== element) return;
      event.preventDefault();
      zoom(strip, event.deltaY > 0 ? ZOOM : 1 / ZOOM, placeOf(strip, event.offsetX));
    },
    { passive: false },
  );
}

/**
 * @param {HTMLElement} element
 * @param {Strip} strip
 */
function byPointer(element, strip) {
  /** @type {{ x: number, window: Span, isDrag: boolean } | null} */
  let pressed = null;
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    pressed = { x: event.offsetX, window: strip.window, isDrag: false };
    element.setPointerCapture?.(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => {
    if (pressed && Math.abs(event.offsetX - pressed.x) >= STILL) pressed.isDrag = true;
    if (pressed?.isDrag) {
      const { from, to } = pressed.window;
      const by = ((pressed.x - event.offsetX) * (to - from)) / strip.width();
      strip.window = panned(pressed.window, by, strip.total());
      strip.moved();
    } else {
      strip.point(placeOf(strip, event.offsetX));
    }
  });
  element.addEventListener("pointerup", (event) => {
    const isClick = pressed !== null && !pressed.isDrag;
    pressed = null;
    if (!isClick) return;
    strip.cursor = placeOf(strip, event.offsetX);
    strip.moved();
    strip.choose(strip.cursor);
  });
  element.addEventListener("pointercancel", () => {
    pressed = null;
  });
  element.addEventListener("pointerleave", () => strip.point(null));
}

/**
 * @param {Strip} strip
 * @param {KeyboardEvent} event
 * @returns {boolean} whether it was for the strip
 */
function byKey(strip, { key, shiftKey }) {
  const { window } = strip;
  const at = strip.cursor ?? window.from;
  const page = Math.max(1, Math.round((window.to - window.from) / 10));
  /** @type {Readonly<Record<string, () => void>>} */
  const keys = {
    ArrowLeft: () => go(strip, strip.next(at, -1, shiftKey)),
    ArrowDown: () => go(strip, strip.next(at, -1, shiftKey)),
    ArrowRight: () => go(strip, strip.next(at, 1, shiftKey)),
    ArrowUp: () => go(strip, strip.next(at, 1, shiftKey)),
    PageUp: () => go(strip, at - page),
    PageDown: () => go(strip, at + page),
    Home: () => go(strip, 0),
    End: () => go(strip, strip.total() - 1),
    "+": () => zoom(strip, 1 / ZOOM, at),
    "=": () => zoom(strip, 1 / ZOOM, at),
    "-": () => zoom(strip, ZOOM, at),
    0: () => showAll(strip),
    Enter: () => strip.choose(at),
  };
  const act = keys[key];
  if (!act || strip.total() === 0) return false;
  act();
  return true;
}

/**
 * @param {Strip} strip
 * @param {number} at
 */
function go(strip, at) {
  strip.cursor = Math.max(0, Math.min(strip.total() - 1, at));
  strip.window = showing(strip.window, strip.cursor, strip.total());
  strip.moved();
}

/**
 * @param {Strip} strip
 * @param {number} factor
 * @param {number} at
 */
function zoom(strip, factor, at) {
  strip.window = zoomed(strip.window, factor, at, strip.total());
  strip.moved();
}

/** @param {Strip} strip */
export function showAll(strip) {
  strip.window = wholeOf(strip.total());
  strip.moved();
}

/**
 * @param {Strip} strip
 * @param {number} x
 */
function placeOf(strip, x) {
  const { from, to } = strip.window;
  const share = Math.max(0, Math.min(1, x / strip.width()));
  return Math.max(from, Math.min(to - 1, from + Math.floor(share * (to - from))));
}
