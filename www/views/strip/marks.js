/**
 * What is pointed at in one strip is marked in the others: told from strip to strip by
 * an event of the document, so that none has to know of another.
 */

/** @typedef {import("./layout.js").Span} Span */
/**
 * @typedef {object} Pointed
 * @property {object} by the strip that tells
 * @property {Span | null} file bytes of the archive
 * @property {ReadonlyMap<number, Span>} disks clusters, by device
 */

const NAME = "vma-inspector-pointed";

/** @param {Pointed | null} pointed */
export function tellPointed(pointed) {
  document.dispatchEvent(new CustomEvent(NAME, { detail: pointed }));
}

/**
 * For as long as the element is part of the page.
 * @param {Element} element
 * @param {object} own the strip, which is told nothing of itself
 * @param {(pointed: Pointed | null) => void} told
 */
export function hearPointed(element, own, told) {
  const abort = new AbortController();
  document.addEventListener(
    NAME,
    (event) => {
      const { detail } = /** @type {CustomEvent<Pointed | null>} */ (event);
      if (!element.isConnected) abort.abort();
      else if (detail?.by !== own) told(detail);
    },
    { signal: abort.signal },
  );
  return abort.signal;
}
