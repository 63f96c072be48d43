/** The files that were opened last, in a database of the browser, which takes handles. */
import { RECENT_DATABASE } from "../../shared/stored.js";

/**
 * @typedef {object} Kept
 * @property {string} key what tells it from others
 * @property {string} name
 * @property {number} size
 * @property {number} openedAt milliseconds since 1970
 * @property {import("../recent-model.js").RecentFile["verdict"]} verdict
 * @property {FileSystemFileHandle | null} handle
 */

const STORE = "files";
/** Of them at most. */
const FILES_MAX = 8;

/** What was changed before is there first. @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * @param {(kept: readonly Kept[]) => readonly Kept[]} change
 * @param {() => boolean} isWanted whether anything is to be kept, when its turn comes
 * @returns {Promise<readonly Kept[]>} the newest first; none where none are wanted
 */
export function changeKept(change, isWanted) {
  const changed = last.then(() => (isWanted() ? changeNow(change) : []));
  last = changed.catch(() => {});
  return changed;
}

/** @param {(kept: readonly Kept[]) => readonly Kept[]} change */
async function changeNow(change) {
  const database = await opened();
  try {
    const store = database.transaction(STORE, "readwrite").objectStore(STORE);
    const kept = /** @type {Kept[]} */ (await resultOf(store.getAll()));
    const next = [...change(kept)].sort((a, b) => b.openedAt - a.openedAt).slice(0, FILES_MAX);
    await resultOf(store.clear());
    for (const each of next) await resultOf(store.put(each));
    return next;
  } finally {
    database.close();
  }
}

/** @returns {Promise<IDBDatabase>} */
function opened() {
  const request = indexedDB.open(RECENT_DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "key" });
  return resultOf(request);
}

/**
 * @template Value
 * @param {IDBRequest<Value>} request
 * @returns {Promise<Value>}
 */
function resultOf(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
