/**
 * Pieces of a file that were fetched, to be found by any byte of theirs. What it
 * takes to find, add or drop one does not depend on how many are held.
 */

/**
 * @typedef {object} Piece
 * @property {number} offset
 * @property {Uint8Array<ArrayBuffer>} bytes
 * @property {() => void} letGo takes back the memory of what is not needed any more
 * @property {boolean} streamed
 */

/** Each stretch of this length of the file has a list of the pieces in it. */
const STRETCH = 64 * 1024;

export class PieceCache {
  #bytesMax;
  #bytes = 0;
  /** @type {Map<number, Piece>} by numbers in the order in which they came */
  #pieces = new Map();
  #oldest = 0;
  #next = 0;
  /** @type {Map<number, Piece[]>} oldest first */
  #stretches = new Map();

  /** @param {number} bytesMax that are kept; the pieces that came first go first */
  constructor(bytesMax) {
    this.#bytesMax = bytesMax;
  }

  /** @param {Piece} piece of one byte or more */
  keep(piece) {
    this.#pieces.set(this.#next, piece);
    this.#next += 1;
    this.#bytes += piece.bytes.length;
    for (const number of stretchesOf(piece)) {
      const stretch = this.#stretches.get(number);
      if (stretch) stretch.push(piece);
      else this.#stretches.set(number, [piece]);
    }
    while (this.#bytes > this.#bytesMax) {
      while (!this.#pieces.has(this.#oldest)) this.#oldest += 1;
      this.#remove(this.#oldest);
    }
  }

  /** @param {(piece: Piece) => boolean} isUseless */
  drop(isUseless) {
    for (const [number, piece] of this.#pieces) {
      if (isUseless(piece)) this.#remove(number);
    }
  }

  /**
   * The piece that came last of those with the byte at `offset`.
   * @param {number} offset
   */
  at(offset) {
    const stretch = this.#stretches.get(Math.floor(offset / STRETCH));
    return stretch?.findLast((piece) => piece.offset <= offset && offset < endOf(piece));
  }

  /**
   * Where the first piece begins that begins behind `offset`, or `end` if none does
   * before that.
   * @param {number} offset
   * @param {number} end
   */
  nextStart(offset, end) {
    let nearest = end;
    for (let number = Math.floor(offset / STRETCH); number * STRETCH < nearest; number += 1) {
      for (const piece of this.#stretches.get(number) ?? []) {
        if (piece.offset > offset) nearest = Math.min(nearest, piece.offset);
      }
    }
    return nearest;
  }

  /** @param {number} number of a piece that is held */
  #remove(number) {
    const piece = /** @type {Piece} */ (this.#pieces.get(number));
    this.#pieces.delete(number);
    this.#bytes -= piece.bytes.length;
    for (const place of stretchesOf(piece)) {
      const stretch = /** @type {Piece[]} */ (this.#stretches.get(place));
      stretch.splice(stretch.indexOf(piece), 1);
      if (stretch.length === 0) this.#stretches.delete(place);
    }
    piece.letGo();
  }
}

/** @param {Piece} piece */
export function endOf(piece) {
  return piece.offset + piece.bytes.length;
}

/** @param {Piece} piece */
function* stretchesOf(piece) {
  const last = Math.floor((endOf(piece) - 1) / STRETCH);
  for (let number = Math.floor(piece.offset / STRETCH); number <= last; number += 1) yield number;
}
