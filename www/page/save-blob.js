/** Has the browser download what the page holds. */
import { downloadStarts } from "./download-gate.js";

/** The download holds on to the `Blob` once it has begun. */
const BEGUN_AFTER_MS = 60_000;

/**
 * @param {string} name
 * @param {Blob} blob which may be a file of the browser's own storage
 */
export function saveBlob(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  downloadStarts();
  setTimeout(() => URL.revokeObjectURL(url), BEGUN_AFTER_MS);
}

/**
 * @param {string} name
 * @param {Uint8Array<ArrayBuffer>} bytes
 */
export function saveSmallFile(name, bytes) {
  saveBlob(name, new Blob([bytes]));
}
