/**
 * What is pointed at in one strip is marked in the others, which do not have to know of one
 * another.
 */

/** @typedef {import("./layout.js").Span} Span */
/**
 * @typedef {object} Pointed
 * @property {object} by the strip that tells
 * @property {Span | null} file bytes of the archive
 * @property {ReadonlyMap<number, Span>} disks clusters, by device
 */
/**
 * @typedef {object} Strip
 * @property {Element} root
 * @property {(pointed: Pointed | null) => void} told what is pointed at in another strip
 * @property {() => void} recoloured colours may have become others
 */

/** All of the page, for as long as their elements are part of it. @type {Set<Strip>} */
const strips = new Set();

/** @param {Strip} strip */
export function joinStrips(strip) {
  strips.add(strip);
}

/** @param {Pointed | null} pointed */
export function tellPointed(pointed) {
  for (const strip of present()) if (strip !== pointed?.by) strip.told(pointed);
}

/** Has all of them be painted anew. */
export function tellRecoloured() {
  for (const strip of present()) strip.recoloured();
}

function present() {
  for (const strip of strips) if (!strip.root.isConnected) strips.delete(strip);
  return strips;
}
