/** Puts a strip onto its canvas. */
import { filling, OF_KIND, OF_OTHERS, OF_ROW } from "./patterns.js";

/** @typedef {import("./inks.js").Inks} Inks */
/** @typedef {import("./layout.js").Run} Run */
/** @typedef {import("./layout.js").Span} Span */
/**
 * @typedef {object} Marks pixels
 * @property {Span | null} cursor where the keys are
 * @property {Span | null} mark the counterpart of what is pointed at elsewhere
 */

/** Pixels above and below that only losses and doubt take: a shape beside the colour. */
export const INSET = 3;

/** Below so many pixels a pattern is no more to be seen, and all is ink. */
const NARROW = 8;

/** Of findings, by how bad they are. */
const TICKS = /** @type {const} */ (["unseen", "unseen", "doubt", "missing"]);

/**
 * Sizes the canvas for its place; what is drawn then is measured in the pixels of CSS.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 */
export function penFor(canvas, width, height) {
  const ratio = globalThis.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  const pen = canvas.getContext("2d");
  pen?.setTransform(wide / width, 0, 0, high / height, 0, 0);
  return pen && { pen, ratio, width, height };
}

/** @typedef {NonNullable<ReturnType<typeof penFor>>} Pen */

/**
 * @param {Pen} on
 * @param {Inks} inks
 * @param {readonly Run[]} runs
 * @param {Marks} marks
 */
export function paintDisk(on, inks, runs, marks) {
  const { pen, height, ratio } = on;
  ground(on, inks);
  const fills = Object.fromEntries(
    Object.entries(OF_KIND).map(([kind, look]) => [kind, filling(pen, inks, look, ratio)]),
  );
  const isWorse = /** @param {Run} run */ ({ kind }) => kind === "missing" || kind === "doubt";
  for (const { from, to, kind } of runs.filter((run) => !isWorse(run))) {
    pen.fillStyle = fills[kind] ?? inks.ground;
    pen.fillRect(from, INSET, to - from, height - 2 * INSET);
  }
  frame(on, inks);
  for (const { from, to, kind } of runs.filter(isWorse)) {
    const bottom = kind === "missing" ? height : height - INSET;
    halo(on, inks, { from, to }, bottom);
    const isNarrow = to - from < NARROW;
    pen.fillStyle = isNarrow ? inks[OF_KIND[kind][1]] : (fills[kind] ?? inks.ground);
    pen.fillRect(from, 0, to - from, bottom);
  }
  paintMarks(on, inks, marks);
}

/**
 * @param {Pen} on
 * @param {Inks} inks
 * @param {readonly import("./file-layout.js").Block[]} blocks
 * @param {readonly import("./file-layout.js").Tick[]} ticks
 * @param {Marks} marks
 */
export function paintFile(on, inks, blocks, ticks, marks) {
  const { pen, height, ratio } = on;
  ground(on, inks);
  const looks = { lost: OF_KIND.missing, doubt: OF_KIND.doubt, unseen: OF_KIND.unseen };
  /** @type {Map<unknown, CanvasPattern | string>} */
  const fills = new Map();
  for (const { from, to, kind, top, bottom } of blocks) {
    const look = typeof kind === "number" ? (OF_ROW[kind] ?? OF_OTHERS) : looks[kind];
    if (!fills.has(kind)) fills.set(kind, filling(pen, inks, look, ratio));
    const isHidden = kind === "doubt" || kind === "lost";
    if (isHidden) halo(on, inks, { from, to }, height);
    const isNarrow = isHidden && to - from < NARROW;
    pen.fillStyle = isNarrow ? inks[look[1]] : (fills.get(kind) ?? inks.ground);
    // Blocks are laid out in the height between the insets.
    const [y, high] = isHidden ? [0, height] : [INSET + top, bottom - top];
    pen.fillRect(from, y, to - from, high);
  }
  frame(on, inks);
  for (const { at, severity } of ticks) {
    pen.fillStyle = inks[TICKS[severity] ?? "unseen"];
    // A wedge from the upper edge, the deeper the worse.
    pen.beginPath();
    pen.moveTo(at - 3, 0);
    pen.lineTo(at + 4, 0);
    pen.lineTo(at + 0.5, 3 + 2 * severity);
    pen.fill();
  }
  paintMarks(on, inks, marks);
}

/**
 * @param {Pen} on
 * @param {Inks} inks
 */
function ground({ pen, width, height }, inks) {
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = inks.ground;
  pen.fillRect(0, INSET, width, height - 2 * INSET);
}

/**
 * @param {Pen} on
 * @param {Inks} inks
 */
function frame({ pen, width, height }, inks) {
  pen.fillStyle = inks.edge;
  for (const y of [INSET - 1, height - INSET]) pen.fillRect(0, y, width, 1);
  for (const x of [0, width - 1]) pen.fillRect(x, INSET, 1, height - 2 * INSET);
}

/**
 * A clear line on either side, which parts it from any neighbour.
 * @param {Pen} on
 * @param {Inks} inks
 * @param {Span} span
 * @param {number} bottom
 */
function halo({ pen }, inks, { from, to }, bottom) {
  pen.fillStyle = inks.ground;
  pen.fillRect(from - 1, 0, to - from + 2, bottom);
}

/**
 * @param {Pen} on
 * @param {Inks} inks
 * @param {Marks} marks
 */
function paintMarks({ pen, height, width }, inks, { cursor, mark }) {
  if (mark) {
    pen.fillStyle = inks.mark;
    const from = Math.max(0, Math.min(mark.from, width - 2));
    const wide = Math.max(2, Math.min(mark.to, width) - from);
    for (const y of [0, height - 2]) pen.fillRect(from, y, wide, 2);
    for (const x of [from, from + wide - 1]) pen.fillRect(x, 0, 1, height);
  }
  if (!cursor) return;
  const middle = (Math.max(0, cursor.from) + Math.min(width, cursor.to)) / 2;
  const at = Math.max(1, Math.min(width - 2, Math.floor(middle)));
  pen.fillStyle = inks.ground;
  pen.fillRect(at - 1, 0, 3, height);
  pen.fillStyle = inks.cursor;
  pen.fillRect(at, 0, 1, height);
}
