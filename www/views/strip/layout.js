/**
 * Where a disk's kinds of clusters come to stand in a strip so many pixels wide. Pure.
 */

/** @typedef {import("../../core/vma_inspector.js").DiskPicture} DiskPicture */
/** @typedef {"full" | "partial" | "zero" | "missing" | "doubt" | "unseen"} Kind */
/** @typedef {{ from: number, to: number }} Span from the first to behind the last */
/**
 * @typedef {Span & { kind: Kind }} Run pixels that are drawn alike
 */

/** In the order in which the core counts them. */
export const KINDS = /** @type {const} */ ([
  "full",
  "partial",
  "zero",
  "missing",
  "doubt",
  "unseen",
]);

/** Pixels that what is lost takes at least, and what is in doubt. */
export const LEAST = 3;

/**
 * Where a cell starts, as the core parts a range into cells.
 * @param {Span & { cells: number }} picture
 * @param {number} cell
 */
export function edge({ from, to, cells }, cell) {
  if (cells === 0) return from;
  return from + Math.floor(((to - from) * cell) / cells);
}

/**
 * The cell of a place in a picture; null where the picture does not reach.
 * @param {Span & { cells: number }} picture
 * @param {number} place
 */
export function cellAt(picture, place) {
  const { from, to, cells } = picture;
  if (place < from || place >= to) return null;
  let cell = Math.min(cells - 1, Math.floor(((place - from) / (to - from)) * cells));
  while (cell + 1 < cells && edge(picture, cell + 1) <= place) cell += 1;
  while (cell > 0 && edge(picture, cell) > place) cell -= 1;
  return cell;
}

/**
 * How many clusters of cells `first` to `behind` are of each kind, in the order of
 * `KINDS`.
 * @param {DiskPicture} picture
 * @param {number} first
 * @param {number} behind
 */
export function sums({ counts }, first, behind) {
  const found = [0, 0, 0, 0, 0, 0];
  for (let cell = first; cell < behind; cell += 1) {
    for (let kind = 0; kind < KINDS.length; kind += 1) {
      found[kind] = (found[kind] ?? 0) + (counts[cell * KINDS.length + kind] ?? 0);
    }
  }
  return found;
}

/**
 * What a stretch is shown as: whatever is lost comes first, then what is in doubt;
 * stored clusters and zeros beside each other are partly stored.
 * @param {readonly number[]} counted in the order of `KINDS`
 * @returns {Kind}
 */
export function kindOf([full = 0, partial = 0, zero = 0, lost = 0, doubt = 0, unseen = 0]) {
  if (lost > 0) return "missing";
  if (doubt > 0) return "doubt";
  const stored = full + partial;
  if (unseen > 0 && unseen >= stored + zero) return "unseen";
  if (stored === 0) return "zero";
  return partial === 0 && zero === 0 ? "full" : "partial";
}

/**
 * The runs of a strip that shows `window`, out of a picture of this part or, until
 * that is there, of another: there nothing is seen yet. Each pixel is drawn as all that
 * it has a part of.
 * @param {DiskPicture} picture
 * @param {Span} window clusters
 * @param {number} width pixels
 * @returns {Run[]}
 */
export function diskRuns(picture, window, width) {
  const length = window.to - window.from;
  /** @type {Kind[]} */
  const kinds = [];
  // The cell that the pixel before begins in: none begins before it.
  let cell = 0;
  for (let pixel = 0; pixel < width && length > 0; pixel += 1) {
    const from = Math.max(window.from + (length * pixel) / width, picture.from);
    const to = window.from + (length * (pixel + 1)) / width;
    while (cell + 1 < picture.cells && edge(picture, cell + 1) <= from) cell += 1;
    kinds.push(kindBetween(picture, cell, { from, to }));
  }
  return widened(runsOf(kinds), width);
}

/**
 * @param {DiskPicture} picture
 * @param {number} first cell
 * @param {Span} span
 */
function kindBetween(picture, first, { from, to }) {
  if (from >= picture.to || to <= picture.from) return "unseen";
  let behind = first + 1;
  while (behind < picture.cells && edge(picture, behind) < to) behind += 1;
  return kindOf(sums(picture, first, behind));
}

/**
 * @param {readonly Kind[]} kinds of the pixels
 * @returns {Run[]}
 */
function runsOf(kinds) {
  /** @type {Run[]} */
  const runs = [];
  kinds.forEach((kind, at) => {
    const last = runs.at(-1);
    if (last?.kind === kind) last.to = at + 1;
    else runs.push({ from: at, to: at + 1, kind });
  });
  return runs;
}

/**
 * What is lost takes room from its neighbours, if it is too narrow to be seen, and
 * what is in doubt from those that are neither.
 * @param {Run[]} runs
 * @param {number} width
 */
function widened(runs, width) {
  if (runs.every(({ kind }) => kind !== "doubt" && kind !== "missing")) return runs;
  const kinds = runs.flatMap(({ from, to, kind }) => Array(to - from).fill(kind));
  for (const wanted of /** @type {const} */ (["doubt", "missing"])) {
    for (const { from, to, kind } of runs) {
      if (kind !== wanted) continue;
      const span = atLeast({ from, to }, width);
      for (let at = span.from; at < span.to; at += 1) kinds[at] = wanted;
    }
  }
  // What is in doubt may be hidden by something worse, and never by something better.
  return runsOf(/** @type {Kind[]} */ (kinds));
}

/**
 * A span with at least the least width, in the strip.
 * @param {Span} span
 * @param {number} width
 * @returns {Span}
 */
function atLeast({ from, to }, width) {
  const lacking = Math.max(0, LEAST - (to - from));
  const start = Math.max(0, Math.min(from - Math.ceil(lacking / 2), width - (to - from) - lacking));
  return { from: Math.min(start, from), to: Math.min(width, Math.max(to, start + LEAST)) };
}

/**
 * The stretch around a cell that is all of one kind.
 * @param {DiskPicture} picture
 * @param {number} cell
 * @returns {Span & { kind: Kind }} cells
 */
export function stretchAt(picture, cell) {
  /** @param {number} at */
  const kindAt = (at) => kindOf(sums(picture, at, at + 1));
  const kind = kindAt(cell);
  let [from, to] = [cell, cell + 1];
  while (from > 0 && kindAt(from - 1) === kind) from -= 1;
  while (to < picture.cells && kindAt(to) === kind) to += 1;
  return { from, to, kind };
}

/**
 * All such stretches, in order, at most so many.
 * @param {DiskPicture} picture
 * @param {number} most
 * @returns {{ stretches: (Span & { kind: Kind })[], rest: number }} cells; and how many more
 */
export function stretchesOf(picture, most) {
  const stretches = [];
  let rest = 0;
  for (let cell = 0; cell < picture.cells;) {
    const stretch = stretchAt(picture, cell);
    if (stretches.length < most) stretches.push(stretch);
    else rest += 1;
    cell = stretch.to;
  }
  return { stretches, rest };
}
