/** What the page has stored in this browser: how much it is, and away with it. */
import { holding } from "../shared/holding.js";
import { KEPT_FOLDER, PAGE_CACHE, STAGED_FOLDER, STORED } from "../shared/stored.js";
import { addressOf } from "./threads.js";

/** Where the page is: other copies of it, at other addresses, keep their own files. */
const HERE = new URL(".", addressOf("service")).href;

/** @returns {Promise<import("./model.js").Stored>} */
export async function storedHere() {
  return {
    scans: await bytesIn(KEPT_FOLDER),
    staged: await bytesIn(STAGED_FOLDER),
    settings: settingBytes(),
    page: await cachedBytes(),
  };
}

/**
 * Removes one file that was made here to be downloaded.
 * @param {string} name
 */
export async function removeStaged(name) {
  const root = await navigator.storage.getDirectory();
  const folder = await holding(root, () => root.getDirectoryHandle(STAGED_FOLDER));
  await holding(folder, () => folder.removeEntry(name));
}

/** Whatever can be removed is, even if something cannot. */
export async function removeStored() {
  const services = await navigator.serviceWorker?.getRegistrations().catch(() => []);
  const ours = (services ?? []).filter(({ scope }) => scope === HERE);
  await Promise.allSettled([
    ...STORED.folders.map(removeFolder),
    ...STORED.settings.map(async (key) => localStorage.removeItem(key)),
    ...(await ownCaches()).map((name) => caches.delete(name)),
    ...STORED.databases.map(removeDatabase),
    ...ours.map((registration) => registration.unregister()),
  ]);
}

/**
 * @param {string} name
 * @returns {Promise<void>}
 */
export function removeDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

/** @param {string} name */
async function removeFolder(name) {
  const root = await navigator.storage.getDirectory();
  await holding(root, () => root.removeEntry(name, { recursive: true }));
}

/**
 * Bytes of the files in a folder; none where there is no such thing.
 * @param {string} name
 */
async function bytesIn(name) {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await holding(root, () => root.getDirectoryHandle(name));
    return await holding(folder, async () => {
      let bytes = 0;
      for await (const handle of folder.values()) {
        if (handle.kind !== "file") continue;
        bytes += (await holding(handle, () => handle.getFile())).size;
      }
      return bytes;
    });
  } catch {
    return 0;
  }
}

function settingBytes() {
  try {
    const values = STORED.settings.map((key) => (localStorage.getItem(key) ?? "").length);
    return values.reduce((sum, length) => sum + length, 0);
  } catch {
    return 0;
  }
}

async function cachedBytes() {
  let bytes = 0;
  for (const name of await ownCaches()) {
    const cache = await caches.open(name);
    for (const answer of await cache.matchAll()) {
      bytes += Number(answer.headers.get("Content-Length"));
    }
  }
  return bytes;
}

/** Not where the browser offers none. */
async function ownCaches() {
  const names = "caches" in globalThis ? await caches.keys().catch(() => []) : [];
  return names.filter((name) => name.startsWith(`${PAGE_CACHE}${HERE} `));
}
