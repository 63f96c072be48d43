/** Lists a folder part by part, and finds names below it: what comes in is shown meanwhile. */

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../page/files.js").Listing} Listing */
/** @typedef {import("../../page/files.js").Of} Of */
/** @typedef {import("../../shared/files.js").FileHit} FileHit */
/** @typedef {import("../../shared/files.js").FilesUpdate} FilesUpdate */
/** @typedef {import("../../shared/files.js").NodeId} NodeId */
/** @typedef {import("./order.js").Item} Item */

/** What comes in is shown not more often. */
export const SHOW_MS = 200;

/**
 * @param {Files} files
 * @param {{ of: Of, id: NodeId }} folder
 * @param {object} on
 * @param {AbortSignal} on.signal
 * @param {(more: Item[], listing: Listing) => void} on.arrived
 * @param {(update: FilesUpdate) => void} on.onProgress
 */
export async function listFolder(files, { of, id }, { signal, arrived, onProgress }) {
  let listing = files.folder(of, id);
  let taken = 0;
  let shownAt = -Infinity;
  for (;;) {
    const isDue = listing.isWhole || performance.now() - shownAt >= SHOW_MS;
    if (isDue && (listing.isWhole || taken < listing.entries.length)) {
      const more = listing.entries.slice(taken).map((entry) => ({ entry, folders: null }));
      taken = listing.entries.length;
      shownAt = performance.now();
      arrived(more, listing);
    }
    if (listing.isWhole) return;
    listing = await files.more(of, id, { signal, onProgress });
    signal.throwIfAborted();
  }
}

/**
 * The folders that a hit is in, from the one that was searched: its path ends in its name.
 * @param {FileHit} hit
 * @returns {Item}
 */
export function itemOfHit({ path, entry }) {
  return { entry, folders: path.slice(0, -1) };
}
