/** The files of a folder that was dropped or picked, and those in its folders. */
import { holding } from "../../shared/holding.js";

/** @typedef {{ path: string, file: import("../backups-model.js").BackupFile }} Found */
/** @typedef {{ found: Found[], isCut: boolean }} Gathered `isCut`: not all was looked at */

/** More than a storage of backups holds; a home folder may hold far more. */
const FILES_MAX = 5000;
export const DEPTH_MAX = 4;

/**
 * @param {readonly FileSystemEntry[]} entries as they were dropped
 * @returns {Promise<Gathered>}
 */
export async function filesOfEntries(entries) {
  /** @type {Gathered} */
  const into = { found: [], isCut: false };
  await walk(entries, "", into, DEPTH_MAX);
  return into;
}

/**
 * Whether there is no room for more files; says so.
 * @param {Gathered} into
 */
export function isFull(into) {
  into.isCut ||= into.found.length >= FILES_MAX;
  return into.found.length >= FILES_MAX;
}

/**
 * @param {readonly FileSystemEntry[]} entries
 * @param {string} folder with its slash
 * @param {Gathered} into
 * @param {number} deep how many folders deep it still goes
 */
async function walk(entries, folder, into, deep) {
  for (const entry of entries) {
    if (isFull(into)) return;
    const path = `${folder}${entry.name}`;
    if (entry.isFile) {
      const file = await fileOf(/** @type {FileSystemFileEntry} */ (entry));
      if (file) into.found.push({ path, file });
    } else if (deep === 0) {
      into.isCut = true;
    } else {
      const inside = await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry));
      await walk(inside, `${path}/`, into, deep - 1);
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
    all.push(...some);
    // One more than are taken, so that it is told that there are more.
    if (some.length === 0 || all.length > FILES_MAX) return all;
  }
}

/**
 * Has a person pick a folder; null if they do not want to.
 * @returns {Promise<({ name: string | null } & Gathered) | null>}
 */
export async function pickFolder() {
  const pick = /** @type {any} */ (globalThis).showDirectoryPicker;
  if (!pick) return pickByInput();
  try {
    /** @type {FileSystemDirectoryHandle} */
    const handle = await pick.call(globalThis);
    /** @type {Gathered} */
    const into = { found: [], isCut: false };
    await walkHandle(handle, "", into, DEPTH_MAX);
    return { name: handle.name, ...into };
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") return null;
    throw error;
  }
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} prefix
 * @param {Gathered} into
 * @param {number} deep
 */
async function walkHandle(folder, prefix, into, deep) {
  for await (const handle of folder.values()) {
    if (isFull(into)) return;
    const path = `${prefix}${handle.name}`;
    if (handle.kind === "directory") {
      if (deep > 0) await walkHandle(handle, `${path}/`, into, deep - 1);
      else into.isCut = true;
      continue;
    }
    const file = await holdingFile(handle);
    if (file) into.found.push({ path, file });
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
  /** @type {Promise<({ name: string | null } & Gathered) | null>} */
  const picked = new Promise((resolve) => {
    input.addEventListener("cancel", () => resolve(null));
    input.addEventListener("change", () => {
      const files = [...(input.files ?? [])];
      const found = foundIn(files.slice(0, FILES_MAX));
      const name = found[0]?.path.split("/")[0] ?? null;
      resolve({ name, found, isCut: files.length > FILES_MAX });
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
