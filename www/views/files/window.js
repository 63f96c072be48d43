/** Which of many rows are in the document. Pure. */

/**
 * @param {object} seen
 * @param {number} seen.top the row at the upper edge, with how much of it is above
 * @param {number} seen.room pixels that rows are seen in
 * @param {number} seen.height of a row, in pixels
 * @param {number} seen.count of all rows
 * @returns {{ first: number, end: number, shift: number }} from the first to behind the last,
 *   and by how many pixels the first is moved up
 */
export function windowOf({ top, room, height, count }) {
  if (height <= 0 || count === 0) return { first: 0, end: 0, shift: 0 };
  const first = Math.max(0, Math.min(Math.floor(top), count - 1));
  const rows = Math.ceil(room / height) + 1;
  return { first, end: Math.min(count, first + rows), shift: Math.max(0, top - first) * height };
}

/**
 * How many rows stand above the one that is the last to be at the upper edge.
 * @param {{ room: number, height: number, count: number }} seen
 */
export function lastTop({ room, height, count }) {
  return height > 0 ? Math.max(0, count - room / height) : 0;
}

/**
 * Where the upper edge has to be for a row to be seen wholly.
 * @param {number} row
 * @param {{ top: number, room: number, height: number, count: number }} seen
 */
export function topFor(row, { top, room, height, count }) {
  const rows = height > 0 ? Math.max(1, room / height) : 1;
  const wanted = row < top ? row : row + 1 > top + rows ? row + 1 - rows : top;
  return Math.max(0, Math.min(wanted, lastTop({ room, height, count })));
}
