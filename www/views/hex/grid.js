/** Rows of bytes: of all that there are, those that are seen are in the document. */
import { h, setAttribute, setText } from "../dom.js";
import { letter, two } from "./read.js";

/** @typedef {import("../../shared/looked.js").ByteKind} ByteKind */
/** @typedef {{ byte: number, kind: ByteKind }} Known */
/**
 * What is drawn of one byte.
 * @typedef {object} Cell
 * @property {Known | null | undefined} known null: not read yet; undefined: behind the end
 * @property {boolean} isCursor
 * @property {boolean} isSelected
 * @property {boolean} isOfField
 */
/** @typedef {{ root: HTMLElement, offset: HTMLElement, digits: HTMLElement[], letters: HTMLElement[] }} Row */

/** Digits and letter of a byte that cannot be shown. */
const SIGNS = /** @type {const} */ ({ lost: ["--", "-"], unknown: ["??", "?"] });

let grids = 0;

export class Grid {
  root = h("div", { class: "hex-rows", role: "rowgroup" });
  /** @type {Row[]} */
  #rows = [];
  #perRow = 0;
  #id = `hex-${(grids += 1)}`;

  /** How high a row is, in pixels; 0 before one is drawn. */
  rowHeight() {
    return this.#rows[0]?.root.getBoundingClientRect().height ?? 0;
  }

  /**
   * How many pixels a row of so many bytes takes, behind an offset of so many digits.
   * @param {number} perRow
   * @param {number} digits
   */
  widthOf(perRow, digits) {
    const { root, offset } = this.#made(0, perRow);
    setText(offset, "0".repeat(digits));
    setAttribute(root, "data-probe", true);
    this.root.append(root);
    const { width } = root.getBoundingClientRect();
    root.remove();
    return width;
  }

  /**
   * Makes room for so many rows of so many bytes.
   * @param {number} rows
   * @param {number} perRow
   */
  resize(rows, perRow) {
    if (perRow !== this.#perRow) this.#rows.splice(0);
    this.#perRow = perRow;
    while (this.#rows.length < rows) this.#rows.push(this.#made(this.#rows.length, perRow));
    this.#rows.splice(rows);
    this.root.replaceChildren(...this.#rows.map(({ root }) => root));
    setAttribute(this.root, "data-per-row", perRow);
  }

  /**
   * @param {(row: number) => string | null} offsetOf a row; null behind the end
   * @param {(row: number, at: number) => Cell} cellOf
   */
  draw(offsetOf, cellOf) {
    this.#rows.forEach(({ root, offset, digits, letters }, row) => {
      const words = offsetOf(row);
      root.hidden = words === null;
      if (words === null) return;
      setText(offset, words);
      digits.forEach((digit, at) => {
        const cell = cellOf(row, at);
        const { known } = cell;
        const [signs, sign] = signsOf(known);
        const shown = letters[at];
        setText(digit, signs);
        mark(digit, cell);
        if (!shown) return;
        setText(shown, sign);
        mark(shown, cell);
      });
    });
  }

  /**
   * The element of a byte, by row and place in it.
   * @param {number} row
   * @param {number} at
   */
  cell(row, at) {
    return this.#rows[row]?.digits[at] ?? null;
  }

  /**
   * Which byte an element is of.
   * @param {EventTarget | null} target
   * @returns {{ row: number, at: number } | null}
   */
  placeOf(target) {
    if (!(target instanceof HTMLElement)) return null;
    for (const [row, { digits, letters }] of this.#rows.entries()) {
      const at = Math.max(digits.indexOf(target), letters.indexOf(target));
      if (at >= 0) return { row, at };
    }
    return null;
  }

  /**
   * @param {number} number
   * @param {number} perRow
   * @returns {Row}
   */
  #made(number, perRow) {
    const offset = h("span", { class: "hex-offset", role: "rowheader" });
    const places = Array.from({ length: perRow }, (_, at) => at);
    const digits = places.map((at) =>
      h("span", { class: "hex-byte", role: "gridcell", id: `${this.#id}-${number}-${at}` }),
    );
    const letters = places.map(() => h("span", { class: "hex-letter" }));
    const root = h(
      "div",
      { class: "hex-row", role: "row" },
      offset,
      h("span", { class: "hex-digits", role: "presentation" }, digits),
      h("span", { class: "hex-letters", "aria-hidden": "true" }, letters),
    );
    return { root, offset, digits, letters };
  }
}

/**
 * @param {Known | null | undefined} known
 * @returns {readonly [string, string]}
 */
function signsOf(known) {
  if (known === undefined) return ["", ""];
  if (known === null) return ["··", "·"];
  const { kind, byte } = known;
  if (kind === "lost" || kind === "unknown") return SIGNS[kind];
  return [two(byte), letter(byte)];
}

/**
 * @param {HTMLElement} element
 * @param {Cell} cell
 */
function mark(element, { known, isCursor, isSelected, isOfField }) {
  const kind = known === undefined ? "none" : (known?.kind ?? "coming");
  const words = [isCursor && "cursor", isSelected && "selected", isOfField && "field"];
  const marks = words.filter((word) => word !== false).join(" ") || null;
  if (element.dataset["kind"] !== kind) element.dataset["kind"] = kind;
  if ((element.dataset["mark"] ?? null) !== marks) setAttribute(element, "data-mark", marks);
}
