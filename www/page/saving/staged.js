/**
 * Files that were made in the browser's private file system. The download of
 * one reads it for as long as it lasts, which the page cannot see: so they stay
 * until the page is closed, and go when it is opened the next time.
 */
import { holding } from "../../shared/holding.js";
import { STAGED_FOLDER } from "../../shared/stored.js";

/** Every page that may have some holds it; the last one to go lets go of it. */
const LOCK = "staged-files";

/** Removes what earlier visits left, unless another window may still need it. */
export async function dropStaged() {
  try {
    const isAlone = await holdLock();
    if (!isAlone) return;
    const root = await navigator.storage.getDirectory();
    await holding(root, () => root.removeEntry(STAGED_FOLDER, { recursive: true }));
  } catch {
    // There was nothing, or it is in use.
  }
}

/** Resolves with whether no other page holds the lock; holds it from then on. */
async function holdLock() {
  const { held = [] } = await navigator.locks.query();
  const others = held.some(({ name }) => name === LOCK);
  await new Promise((resolve) => {
    navigator.locks.request(LOCK, { mode: "shared" }, () => {
      resolve(undefined);
      return new Promise(() => {});
    });
  });
  return !others;
}
