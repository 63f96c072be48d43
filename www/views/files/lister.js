/** Lists a folder part by part, and finds names below it: what comes in is shown meanwhile. */

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../page/files.js").Listing} Listing */
/** @typedef {import("../../page/files.js").Of} Of */
/** @typedef {import("../../shared/files.js").FileHit} FileHit */
/** @typedef {import("../../shared/files.js").FilesUpdate} FilesUpdate */
/** @typedef {import("../../shared/files.js").NodeId} NodeId */
/** @typedef {import("./order.js").Item} Item */
/**
 * How far a search has come.
 * @typedef {object} Far
 * @property {number} folders that were searched
 * @property {number} faults folders that cannot be listed to their end
 */

/** What comes in is shown not more often. */
const SHOW_MS = 200;

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
 * Finds names below a folder.
 * @param {Files} files
 * @param {Parameters<Files["search"]>[0]} wanted
 * @param {object} on
 * @param {AbortSignal} on.signal
 * @param {(more: Item[], far: Far) => void} on.arrived
 * @returns {Promise<boolean>} whether there are more than were given
 */
export async function findBelow(files, wanted, { signal, arrived }) {
  /** @type {Item[]} */
  let waiting = [];
  let far = { folders: 0, faults: 0 };
  let shownAt = -Infinity;
  const show = () => {
    shownAt = performance.now();
    arrived(waiting, far);
    waiting = [];
  };
  try {
    const { isCut } = await files.search(wanted, signal, ({ hits, folders, faults }) => {
      for (const hit of hits) waiting.push(itemOfHit(hit));
      far = { folders, faults };
      if (!signal.aborted && performance.now() - shownAt >= SHOW_MS) show();
    });
    return isCut;
  } finally {
    // What came in until it was stopped counts too.
    show();
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
