/** Where whose bytes come to stand in a strip of the archive. Pure. */
import { cellAt, edge } from "./layout.js";

/** @typedef {import("../../core/vma_inspector.js").FilePicture} FilePicture */
/** @typedef {import("./layout.js").Span} Span */
/**
 * @typedef {Span & { kind: number | "lost" | "doubt" | "unseen", top: number, bottom: number }} Block
 *   pixels; a number is the row of the disk
 */
/** @typedef {{ at: number, severity: number }} Tick */

/** Pixels that a loss takes at least. */
const LEAST = 3;

/**
 * Rows of a picture: each disk of its own, and all others.
 * @param {FilePicture} picture
 */
export function rowsOf({ devices }) {
  return devices.length + 1;
}

/**
 * Which cells a stretch of a strip has a part of.
 * @param {FilePicture} picture
 * @param {number} from
 * @param {number} to
 * @returns {Span | null}
 */
export function cellsBetween(picture, from, to) {
  const first = cellAt(picture, Math.max(from, picture.from));
  if (first === null || to <= picture.from) return null;
  let behind = first + 1;
  while (behind < picture.cells && edge(picture, behind) < to) behind += 1;
  return { from: first, to: behind };
}

/**
 * How many bytes of some cells belong to each row, and how many are lost and in doubt.
 * @param {FilePicture} picture
 * @param {Span} cells
 */
export function bytesOf(picture, cells) {
  const rows = rowsOf(picture);
  const found = { rows: Array(rows).fill(0), lost: 0, doubt: 0 };
  for (let cell = cells.from; cell < cells.to; cell += 1) {
    for (let row = 0; row < rows; row += 1) {
      found.rows[row] += picture.bytes[cell * rows + row] ?? 0;
    }
    found.lost += picture.lost[cell] ?? 0;
    found.doubt += picture.doubt[cell] ?? 0;
  }
  return found;
}

/**
 * The blocks of a strip that shows `window`: in each pixel the disks stand on one
 * another, each as high as its share of the bytes, at least a pixel. What is left
 * is headers and what belongs to no disk. Losses and doubt take all of the height.
 * @param {FilePicture} picture
 * @param {Span} window bytes of the archive
 * @param {number} width pixels
 * @param {number} height pixels
 * @returns {Block[]}
 */
export function fileBlocks(picture, window, width, height) {
  const length = window.to - window.from;
  /** @type {Block[]} */
  const blocks = [];
  /** @type {Block[]} those of the pixel before, which may go on */
  let open = [];
  for (let pixel = 0; pixel < width && length > 0; pixel += 1) {
    const from = window.from + (length * pixel) / width;
    const to = window.from + (length * (pixel + 1)) / width;
    const column = columnOf(picture, from, to, height);
    open = column.map(({ kind, top, bottom }) => {
      const before = open.find((b) => b.kind === kind && b.top === top && b.bottom === bottom);
      if (before) {
        before.to = pixel + 1;
        return before;
      }
      const block = { from: pixel, to: pixel + 1, kind, top, bottom };
      blocks.push(block);
      return block;
    });
  }
  return blocks.map((block) => widened(block, width));
}

/**
 * @param {FilePicture} picture
 * @param {number} from
 * @param {number} to
 * @param {number} height
 * @returns {Omit<Block, "from" | "to">[]}
 */
function columnOf(picture, from, to, height) {
  const whole = { top: 0, bottom: height };
  const cells = cellsBetween(picture, from, to);
  if (cells === null || from >= picture.seen) return [{ kind: "unseen", ...whole }];
  const { rows, lost, doubt } = bytesOf(picture, cells);
  if (lost > 0) return [{ kind: "lost", ...whole }];
  const all = edge(picture, cells.to) - edge(picture, cells.from);
  /** @type {Omit<Block, "from" | "to">[]} */
  const column = [];
  let bottom = height;
  rows.forEach((bytes, row) => {
    if (bytes === 0) return;
    const top = Math.max(0, bottom - Math.max(1, Math.round((bytes / all) * height)));
    column.push({ kind: row, top, bottom });
    bottom = top;
  });
  if (doubt > 0) column.push({ kind: "doubt", ...whole });
  return column;
}

/**
 * @param {Block} block
 * @param {number} width
 * @returns {Block}
 */
function widened(block, width) {
  const lacking = LEAST - (block.to - block.from);
  if (lacking <= 0 || (block.kind !== "lost" && block.kind !== "doubt")) return block;
  const from = Math.max(0, Math.min(block.from - Math.ceil(lacking / 2), width - LEAST));
  return { ...block, from, to: Math.min(width, from + LEAST) };
}

/**
 * Where findings are marked, the worst of each pixel.
 * @param {FilePicture} picture
 * @param {Span} window
 * @param {number} width
 * @returns {Tick[]}
 */
export function ticksOf(picture, window, width) {
  /** @type {Map<number, number>} */
  const ticks = new Map();
  picture.findings.forEach((severity, cell) => {
    if (severity === 0) return;
    const share = (edge(picture, cell) - window.from) / (window.to - window.from);
    const at = Math.floor(share * width);
    if (at >= 0 && at < width) ticks.set(at, Math.max(severity, ticks.get(at) ?? 0));
  });
  return [...ticks].map(([at, severity]) => ({ at, severity }));
}
