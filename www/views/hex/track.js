/**
 * Where a scroll bar stands for a row, among more rows than a browser makes an element
 * high. Near both ends a pixel is a pixel; in between it stands for many rows. Pure.
 */

/** Pixels that are scrolled at most: every browser makes elements of several times that. */
export const MOST_PIXELS = 4_000_000;
/** At both ends, in which rows are as high as they are. */
const END_PIXELS = 400_000;

/**
 * @typedef {object} Track
 * @property {number} pixels that can be scrolled
 * @property {(pixels: number) => number} rowAt the first row that is shown then
 * @property {(row: number) => number} pixelsOf
 * @property {boolean} isMapped whether a pixel may stand for many rows
 */

/**
 * @param {number} rows behind the first one that can be shown at the top
 * @param {number} height of a row
 * @returns {Track}
 */
export function trackOf(rows, height) {
  const all = Math.max(0, rows) * height;
  if (all <= MOST_PIXELS) {
    return {
      pixels: all,
      rowAt: (pixels) => between(pixels / height, rows),
      pixelsOf: (row) => between(row, rows) * height,
      isMapped: false,
    };
  }
  const ends = END_PIXELS / height;
  const [middle, inner] = [MOST_PIXELS - 2 * END_PIXELS, rows - 2 * ends];
  const last = MOST_PIXELS - END_PIXELS;
  return {
    pixels: MOST_PIXELS,
    rowAt: (pixels) => {
      if (pixels <= END_PIXELS) return Math.max(0, pixels / height);
      if (pixels >= last) return between(rows - (MOST_PIXELS - pixels) / height, rows);
      return ends + ((pixels - END_PIXELS) / middle) * inner;
    },
    pixelsOf: (row) => {
      if (row <= ends) return Math.max(0, row * height);
      if (row >= rows - ends) return MOST_PIXELS - (rows - between(row, rows)) * height;
      return END_PIXELS + ((row - ends) / inner) * middle;
    },
    isMapped: true,
  };
}

/**
 * The row at the top after something was scrolled: a short way is gone row by row,
 * whatever a pixel stands for; a long one is a jump.
 * @param {Track} track
 * @param {number} top the row before
 * @param {{ from: number, to: number, shown: number, height: number }} moved pixels, those
 *   that are shown, and the height of a row
 */
export function rowAfter(track, top, { from, to, shown, height }) {
  const isJump = Math.abs(to - from) > 1.5 * shown || to <= 0 || to >= track.pixels;
  if (!track.isMapped || isJump) return track.rowAt(to);
  return between(top + (to - from) / height, track.rowAt(track.pixels));
}

/**
 * @param {number} value
 * @param {number} most
 */
function between(value, most) {
  return Math.max(0, Math.min(most, value));
}
