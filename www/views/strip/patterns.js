/** What kinds and disks are painted with: each has a pattern besides its colour. */

/** @typedef {import("./inks.js").Inks} Inks */
/** @typedef {(pen: CanvasRenderingContext2D) => void} Draw draws a tile of eight by eight */

/** Pixels of a tile, either way. */
const TILE = 8;

/** @type {Readonly<Record<string, Draw>>} */
const PATTERNS = {
  solid: (pen) => pen.fillRect(0, 0, TILE, TILE),
  upright: (pen) => {
    for (const x of [0, 4]) pen.fillRect(x, 0, 2, TILE);
  },
  level: (pen) => {
    for (const y of [0, 4]) pen.fillRect(0, y, TILE, 2);
  },
  rising: (pen) => slanted(pen, 3, 1),
  falling: (pen) => slanted(pen, 3, -1),
  thin: (pen) => slanted(pen, 1, 1),
  dotted: (pen) => {
    pen.fillRect(0, 0, TILE, TILE);
    for (const [x, y] of /** @type {const} */ ([
      [1, 1],
      [5, 5],
    ])) {
      pen.clearRect(x, y, 2, 2);
    }
  },
  crossed: (pen) => {
    slanted(pen, 1, 1);
    slanted(pen, 1, -1);
  },
};

/** Pattern and ink of each kind. */
export const OF_KIND = /** @type {const} */ ({
  full: ["solid", "full"],
  partial: ["upright", "full"],
  zero: ["solid", "zero"],
  missing: ["rising", "missing"],
  doubt: ["dotted", "doubt"],
  unseen: ["thin", "unseen"],
});

/** Pattern and ink of the disks in a strip of the archive, and of all others. */
export const OF_ROW = /** @type {const} */ ([
  ["solid", "disk-1"],
  ["upright", "disk-2"],
  ["level", "disk-3"],
  ["rising", "disk-4"],
  ["dotted", "disk-5"],
  ["falling", "disk-6"],
]);
export const OF_OTHERS = /** @type {const} */ (["crossed", "others"]);

/** Those that were made: none looks at the canvas that it was made for. @type {WeakMap<Inks, Map<string, CanvasPattern | string>>} */
const made = new WeakMap();

/**
 * A filling for a canvas that is scaled by `ratio`, made once.
 * @param {CanvasRenderingContext2D} pen
 * @param {Inks} inks
 * @param {readonly [string, import("./inks.js").Name]} look
 * @param {number} ratio
 * @returns {CanvasPattern | string}
 */
export function filling(pen, inks, look, ratio) {
  const own = made.get(inks) ?? new Map();
  made.set(inks, own);
  const key = `${look} ${ratio}`;
  if (!own.has(key)) own.set(key, newFilling(pen, inks, look, ratio));
  return own.get(key);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {Inks} inks
 * @param {readonly [string, import("./inks.js").Name]} look
 * @param {number} ratio
 * @returns {CanvasPattern | string}
 */
function newFilling(pen, inks, [pattern, ink], ratio) {
  const size = Math.round(TILE * ratio);
  const tile = pen.canvas.ownerDocument.createElement("canvas");
  [tile.width, tile.height] = [size, size];
  const inner = tile.getContext("2d");
  const draw = PATTERNS[pattern];
  if (!inner || !draw) return inks[ink];
  inner.scale(size / TILE, size / TILE);
  inner.fillStyle = inks[ink];
  draw(inner);
  // What is left clear shows the ground.
  inner.globalCompositeOperation = "destination-over";
  inner.fillStyle = inks.ground;
  inner.fillRect(0, 0, TILE, TILE);
  const tiles = pen.createPattern(tile, "repeat");
  tiles?.setTransform(new DOMMatrix().scale(TILE / size));
  return tiles ?? inks[ink];
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} width of the line
 * @param {1 | -1} way
 */
function slanted(pen, width, way) {
  pen.strokeStyle = pen.fillStyle;
  pen.lineWidth = width;
  pen.beginPath();
  for (const shift of [-TILE, 0, TILE]) {
    const [start, end] = way === 1 ? [TILE, 0] : [0, TILE];
    pen.moveTo(shift - 1, start + way);
    pen.lineTo(shift + TILE + 1, end - way);
  }
  pen.stroke();
}
