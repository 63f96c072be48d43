/** Lists a folder part by part, and finds names below it: what comes in is shown meanwhile. */

import { itemOfDamaged, NOT_FAR } from "./hits.js";

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
 * What a walk through many things brings: each part is shown when it is due, and what came
 * in until it was stopped counts too.
 * @template Far
 * @typedef {object} On
 * @property {AbortSignal} signal
 * @property {(more: Item[], far: Far) => void} arrived
 */

/**
 * Finds names below a folder.
 * @param {Files} files
 * @param {Parameters<Files["search"]>[0]} wanted
 * @param {On<Far>} on
 * @returns {Promise<boolean>} whether there are more than were given
 */
export async function findBelow(files, wanted, { signal, arrived }) {
  const gathered = gathering({ folders: 0, faults: 0 }, { signal, arrived });
  try {
    const { isCut } = await files.search(wanted, signal, ({ hits, folders, faults }) => {
      gathered.add(hits.map(itemOfHit), { folders, faults });
    });
    return isCut;
  } finally {
    gathered.show();
  }
}

/**
 * Finds which files of all are hit.
 * @param {Files} files
 * @param {Of} of
 * @param {On<import("./hits.js").Far> & { onProgress: (update: FilesUpdate) => void }} on
 * @returns {Promise<boolean>} whether there are more than were given
 */
export async function findHit(files, of, { signal, arrived, onProgress }) {
  const gathered = gathering(NOT_FAR, { signal, arrived });
  try {
    const { isCut } = await files.damaged(of, signal, (update) => {
      if (!("hits" in update)) return onProgress(update);
      const { hits, ...far } = update;
      gathered.add(hits.map(itemOfDamaged), far);
    });
    return isCut;
  } finally {
    gathered.show();
  }
}

/**
 * Finds what was deleted.
 * @param {Files} files
 * @param {Of} of
 * @param {On<Far> & { onProgress: (update: FilesUpdate) => void }} on
 * @returns {Promise<boolean>} whether there are more than were given
 */
export async function findDeleted(files, of, { signal, arrived, onProgress }) {
  const gathered = gathering({ folders: 0, faults: 0 }, { signal, arrived });
  try {
    const { isCut } = await files.deleted(of, signal, (update) => {
      if (!("hits" in update)) return onProgress(update);
      const { hits, ...far } = update;
      gathered.add(hits.map(itemOfDeleted), far);
    });
    return isCut;
  } finally {
    gathered.show();
  }
}

/**
 * @template Far
 * @param {Far} begun
 * @param {On<Far>} on
 */
function gathering(begun, { signal, arrived }) {
  /** @type {Item[]} */
  let waiting = [];
  let far = begun;
  let shownAt = -Infinity;
  const show = () => {
    shownAt = performance.now();
    arrived(waiting, far);
    waiting = [];
  };
  const add = (/** @type {Item[]} */ more, /** @type {Far} */ now) => {
    for (const item of more) waiting.push(item);
    far = now;
    if (!signal.aborted && performance.now() - shownAt >= SHOW_MS) show();
  };
  return { add, show };
}

/**
 * The folders that a hit is in, from the one that was searched: its path ends in its name.
 * @param {FileHit} hit
 * @returns {Item}
 */
export function itemOfHit({ path, entry }) {
  return { entry, folders: path.slice(0, -1) };
}

/**
 * @param {import("../../shared/files.js").FileDeleted} deleted
 * @returns {Item}
 */
function itemOfDeleted({ path, entry, isNameWhole, isPathKnown }) {
  return { entry, folders: path.slice(0, -1), was: { isNameWhole, isPathKnown } };
}
