/**
 * Finished scans, kept in the browser's private file system, so that a backup
 * that was checked before is ready at once. Used in the Worker. Where there is
 * no such file system, nothing is kept and nothing fails.
 */
import { holding } from "../shared/holding.js";

/** @typedef {import("../core/vma_inspector.js").ContainerReport} ContainerReport */
/**
 * @typedef {object} KeptScan
 * @property {Uint8Array} scan as the core gave it
 * @property {ContainerReport} container what was said of the container then
 * @property {number} scannedAt milliseconds since 1970
 */

const FOLDER = "kept-scans";
const END_BYTES = 1024 * 1024;
/** Places between the ends that have to be the same, and bytes at each. */
const PLACES = 48;
const PLACE_BYTES = 4096;
const ALL_BYTES_MAX = 256 * 1024 * 1024;

/**
 * A name for a file by its name, size, time, its first and last MiB, and the bytes at
 * places all over it.
 * @param {File} file
 */
export async function keyOf(file) {
  const facts = new TextEncoder().encode(JSON.stringify([file.name, file.size, file.lastModified]));
  const seed = await sha256(facts);
  const places = placesIn(file.size, seed).map((at) => file.slice(at, at + PLACE_BYTES));
  const ends = [file.slice(0, END_BYTES), file.slice(-END_BYTES)];
  const hash = await sha256(await new Blob([facts, ...ends, ...places]).arrayBuffer());
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * One place in each of equal parts of a file, somewhere in it.
 * @param {number} size of the file
 * @param {Uint8Array} seed
 */
export function placesIn(size, seed) {
  const part = size / PLACES;
  return Array.from({ length: PLACES }, (_, number) => {
    const shift = (seed[number % seed.length] ?? 0) / 256;
    return Math.floor((number + shift) * part);
  });
}

/** @param {BufferSource} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

/**
 * @param {string} key
 * @returns {Promise<KeptScan | null>}
 */
export async function load(key) {
  try {
    const folder = await openFolder();
    const handle = await holding(folder, () => folder.getFileHandle(key));
    const file = await holding(handle, () => handle.getFile());
    const bytes = new Uint8Array(await file.arrayBuffer());
    const headLength = new DataView(bytes.buffer).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headLength)));
    return { ...head, scan: bytes.subarray(4 + headLength) };
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {KeptScan} kept
 */
export async function save(key, { scan, ...facts }) {
  try {
    const folder = await openFolder();
    const head = new TextEncoder().encode(JSON.stringify(facts));
    await makeRoom(folder, head.length + scan.length);
    const handle = await holding(folder, () => folder.getFileHandle(key, { create: true }));
    const access = await holding(handle, () => handle.createSyncAccessHandle());
    try {
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, head.length);
      access.truncate(0);
      access.write(length, { at: 0 });
      access.write(head, { at: 4 });
      access.write(scan, { at: 4 + head.length });
    } finally {
      access.close();
    }
  } catch {
    // Not kept: the next time it is scanned again.
  }
}

/** @param {string} key */
export async function forget(key) {
  try {
    const folder = await openFolder();
    await holding(folder, () => folder.removeEntry(key));
  } catch {
    // It is gone already.
  }
}

export async function clear() {
  try {
    const root = await navigator.storage.getDirectory();
    await holding(root, () => root.removeEntry(FOLDER, { recursive: true }));
  } catch {
    // There was nothing.
  }
}

/** How many scans are kept, and in how many bytes. */
export async function usage() {
  const files = await openFolder().then(filesIn, () => []);
  return { count: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

async function openFolder() {
  const root = await navigator.storage.getDirectory();
  return holding(root, () => root.getDirectoryHandle(FOLDER, { create: true }));
}

/** @param {FileSystemDirectoryHandle} folder */
function filesIn(folder) {
  return holding(folder, async () => {
    const files = [];
    for await (const handle of folder.values()) {
      if (handle.kind === "file") files.push(await holding(handle, () => handle.getFile()));
    }
    return files;
  });
}

/**
 * Removes the oldest until `bytes` more fit.
 * @param {FileSystemDirectoryHandle} folder
 * @param {number} bytes
 */
async function makeRoom(folder, bytes) {
  const files = (await filesIn(folder)).sort((a, b) => a.lastModified - b.lastModified);
  let held = files.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of files) {
    if (held + bytes <= ALL_BYTES_MAX) return;
    await holding(folder, () => folder.removeEntry(name));
    held -= size;
  }
}
