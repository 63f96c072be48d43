/** The formats of a disk's file, by the codes that the core gives them. */

/** In the order they are offered. */
export const FORMATS = /** @type {const} */ ([
  "raw",
  "qcow2",
  "qcow2-deflate",
  "vmdk-stream",
  "vmdk",
  "vhdx",
  "vhd",
  "vdi",
]);

/** @typedef {(typeof FORMATS)[number]} Format */

/** Those that machines here can start from without a conversion, for the texts. */
export const TEXT_FORMATS = /** @type {const} */ (["qcow2", "raw", "vmdk", "vdi"]);

/**
 * @param {string} code
 * @returns {code is Format}
 */
export function isFormat(code) {
  return FORMATS.some((format) => format === code);
}
