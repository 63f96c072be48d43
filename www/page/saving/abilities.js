/** What this browser lets the page do with files. */

/** @typedef {import("../model.js").Abilities} Abilities */

/** Left free, so that the system does not run out of space. */
const SPARE_BYTES = 256 * 1024 * 1024;

/**
 * @param {boolean} serviceWorker whether one runs
 * @returns {Promise<Abilities>}
 */
export async function abilities(serviceWorker) {
  return {
    serviceWorker,
    filePicker: "showSaveFilePicker" in globalThis,
    folderPicker: "showDirectoryPicker" in globalThis,
    stageFree: await stageFree(),
    // Only Chromium has the picker, and only it takes larger files.
    stageLimited: !("showSaveFilePicker" in globalThis),
  };
}

/** Bytes that the private file system takes; null where there is none. */
async function stageFree() {
  try {
    await navigator.storage.getDirectory();
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return Math.max(0, quota - usage - SPARE_BYTES);
  } catch {
    return null;
  }
}
