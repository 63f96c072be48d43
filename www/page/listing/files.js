/** The files of a folder that was dropped or picked, and those in its folders. */
import { holding } from "../../shared/holding.js";

/** @typedef {{ path: string, file: File }} Found */

/** More than a storage of backups holds; a home folder may hold far more. */
const FILES_MAX = 5000;
const DEPTH_MAX = 4;

/**
 * @param {readonly FileSystemEntry[]} entries as they were dropped
 * @returns {Promise<Found[]>}
 */
export async function filesOfEntries(entries) {
  /** @type {Found[]} */
  const found = [];
  await walk(entries, "", found, DEPTH_MAX);
  return found;
}

/**
 * @param {readonly FileSystemEntry[]} entries
 * @param {string} folder with its slash
 * @param {Found[]} found
 * @param {number} deep how many folders deep it still goes
 */
async function walk(entries, folder, found, deep) {
  for (const entry of entries) {
    if (found.length >= FILES_MAX) return;
    const path = `${folder}${entry.name}`;
    if (entry.isFile) {
      const file = await fileOf(/** @type {FileSystemFileEntry} */ (entry));
      if (file) found.push({ path, file });
    } else if (deep > 0) {
      const inside = await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry));
      await walk(inside, `${path}/`, found, deep - 1);
    }
  }
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File | null>} null for one that may not be read
 */
function fileOf(entry) {
  return new Promise((resolve) => entry.file(resolve, () => resolve(null)));
}

/**
 * A browser gives them a hundred at a time.
 * @param {FileSystemDirectoryEntry} folder
 */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0 || all.length >= FILES_MAX) return all;
    all.push(...some);
  }
}

/**
 * Has a person pick a folder; null if they do not want to.
 * @returns {Promise<{ name: string | null, found: Found[] } | null>}
 */
export async function pickFolder() {
  const pick = /** @type {any} */ (globalThis).showDirectoryPicker;
  if (!pick) return pickByInput();
  try {
    /** @type {FileSystemDirectoryHandle} */
    const handle = await pick.call(globalThis);
    /** @type {Found[]} */
    const found = [];
    await walkHandle(handle, "", found, DEPTH_MAX);
    return { name: handle.name, found };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} prefix
 * @param {Found[]} found
 * @param {number} deep
 */
async function walkHandle(folder, prefix, found, deep) {
  for await (const handle of folder.values()) {
    if (found.length >= FILES_MAX) return;
    const path = `${prefix}${handle.name}`;
    if (handle.kind === "directory") {
      if (deep > 0) await walkHandle(handle, `${path}/`, found, deep - 1);
      continue;
    }
    const file = await holdingFile(handle);
    if (file) found.push({ path, file });
  }
}

/**
 * @param {FileSystemFileHandle} handle
 * @returns {Promise<File | null>}
 */
async function holdingFile(handle) {
  return holding(handle, () => handle.getFile()).catch(() => null);
}

/** Where there is no picker of folders, a field takes one. */
function pickByInput() {
  const input = document.createElement("input");
  input.type = "file";
  input.webkitdirectory = true;
  /** @type {Promise<{ name: string | null, found: Found[] } | null>} */
  const picked = new Promise((resolve) => {
    input.addEventListener("cancel", () => resolve(null));
    input.addEventListener("change", () => {
      const found = foundIn([...(input.files ?? [])].slice(0, FILES_MAX));
      resolve({ name: found[0]?.path.split("/")[0] ?? null, found });
    });
  });
  input.click();
  return picked;
}

/**
 * @param {File[]} files
 * @returns {Found[]}
 */
export function foundIn(files) {
  return files.map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}
