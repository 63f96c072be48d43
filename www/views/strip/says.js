/** What a strip says of a place, in words. */
import { size } from "../../words/format.js";
import { count } from "../../words/numbers.js";
import { text } from "../../words/text.js";
import { bytesOf, rowsOf } from "./file-layout.js";
import { edge, KINDS, stretchAt, sums } from "./layout.js";

/** @typedef {import("../../core/vma_inspector.js").DiskPicture} DiskPicture */
/** @typedef {import("../../core/vma_inspector.js").FilePicture} FilePicture */
/** @typedef {import("./layout.js").Kind} Kind */
/** @typedef {import("./layout.js").Span} Span */

/** Bytes of a cluster. */
export const CLUSTER = 65_536;

/**
 * Where a cluster starts on the disk, or the disk ends, in bytes.
 * @param {DiskPicture} picture
 * @param {number} cluster
 */
export function bytesAt({ size: bytes }, cluster) {
  return Math.min(bytes, cluster * CLUSTER);
}

/** @param {number} bytes */
function placeWords(bytes) {
  return bytes === 0 ? "0" : size(bytes);
}

/**
 * From where to where, to the byte if they would read the same otherwise.
 * @param {Span} span bytes
 */
function spanWords({ from, to }) {
  const words = { from: placeWords(from), to: placeWords(to) };
  if (words.from !== words.to) return words;
  return { from: count(from), to: text("count.byte", { count: to }) };
}

/** @param {Kind} kind */
export function kindWord(kind) {
  return text(`clusters.${kind}`).toLowerCase();
}

/**
 * The stretch around a cell, of what kind it is, and where the cell's own bytes lie.
 * @param {DiskPicture} picture
 * @param {number} cell
 * @param {boolean} isPlain whether the file holds the archive as it is
 */
export function diskWords(picture, cell, isPlain) {
  const { from, to, kind } = stretchAt(picture, cell);
  const span = spanWords({
    from: bytesAt(picture, edge(picture, from)),
    to: bytesAt(picture, edge(picture, to)),
  });
  const counted = sums(picture, from, to);
  const several = counted.filter((number) => number > 0).length > 1;
  const numbers = KINDS.map((each, at) => ({ each, number: counted[at] ?? 0 }))
    .filter(({ number }) => number > 0 && several)
    .map(({ each, number }) => text("strip.of-kind", { count: number, kind: kindWord(each) }));
  const at = placeWords(bytesAt(picture, edge(picture, cell)));
  return [
    [text("strip.says", { ...span, kind: kindWord(kind) }), numbers.join(", ")]
      .filter((part) => part !== "")
      .join(" · "),
    text("strip.at", { at }),
    cellPlace(picture, cell, isPlain),
  ].join(" · ");
}

/**
 * @param {DiskPicture} picture
 * @param {number} cell
 * @param {boolean} isPlain
 */
function cellPlace(picture, cell, isPlain) {
  const place = placeOf(picture, { from: cell, to: cell + 1 });
  if (place === null) return text("strip.nowhere");
  const span = spanWords(place);
  return isPlain ? text("strip.place", span) : text("strip.place-archive", span);
}

/**
 * Where the stored bytes of some cells lie in the archive, with whatever is between.
 * @param {DiskPicture} picture
 * @param {Span} cells
 * @returns {Span | null}
 */
export function placeOf({ places }, cells) {
  let [from, to] = [Number.POSITIVE_INFINITY, -1];
  for (let cell = cells.from; cell < cells.to; cell += 1) {
    const end = places[cell * 2 + 1] ?? -1;
    if (end < 0) continue;
    from = Math.min(from, places[cell * 2] ?? from);
    to = Math.max(to, end);
  }
  return to < 0 ? null : { from, to };
}

/**
 * What some cells of the archive hold.
 * @param {FilePicture} picture
 * @param {Span} cells
 * @param {(device: number) => string} nameOf
 */
export function fileWords(picture, cells, nameOf) {
  const from = edge(picture, cells.from);
  const to = edge(picture, cells.to);
  const span = spanWords({ from, to });
  if (from >= picture.seen) return text("strip.says", { ...span, kind: text("strip.unseen") });
  const { rows, lost, doubt } = bytesOf(picture, cells);
  const held = rows
    .map((bytes, row) => ({ bytes, device: picture.devices[row] }))
    .filter(({ bytes }) => bytes > 0)
    .map(({ bytes, device }) => {
      const name = device === undefined ? text("strip.others") : nameOf(device);
      return text("strip.holds", { name, size: size(bytes) });
    });
  if (lost > 0) held.push(text("strip.lost", { size: size(lost) }));
  if (doubt > 0) held.push(text("strip.in-doubt", { size: size(doubt) }));
  const kind = held.length > 0 ? held.join(", ") : text("strip.headers");
  return text("strip.says", { ...span, kind });
}

/**
 * Which clusters of which disk some cells of the archive hold, the lowest to behind the
 * highest.
 * @param {FilePicture} picture
 * @param {Span} cells
 * @returns {Map<number, Span>} by device
 */
export function clustersOf(picture, cells) {
  const rows = rowsOf(picture);
  /** @type {Map<number, Span>} */
  const found = new Map();
  picture.devices.forEach((device, row) => {
    for (let cell = cells.from; cell < cells.to; cell += 1) {
      const at = (cell * rows + row) * 2;
      const [from = -1, to = -1] = [picture.clusters[at], picture.clusters[at + 1]];
      if (to < 0) continue;
      const before = found.get(device) ?? { from, to };
      found.set(device, { from: Math.min(before.from, from), to: Math.max(before.to, to) });
    }
  });
  return found;
}
