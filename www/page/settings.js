/** What a person chose, from one visit to the next. Storage may be forbidden. */
import { FORMAT } from "../shared/stored.js";
import { isFormat } from "../words/disk-formats.js";

/** The format that disks were saved in; null if there is none, or one that is no more. */
export function rememberedFormat() {
  const format = remembered(FORMAT);
  return format !== null && isFormat(format) ? format : null;
}

/** @param {string} key */
export function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
export function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It counts until the page is closed.
  }
}
