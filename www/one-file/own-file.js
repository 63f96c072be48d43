/**
 * The page's own files, in the page of one file: each is text in its document, gzip in
 * base64, and nothing until somebody asks for it. The build puts this in the place of
 * `shared/own-file.js`, and makes of each address the name of the file.
 */

/** Chromium lets none cross between threads of a page that comes from a file. */
export const modulesCross = false;

/**
 * @param {unknown} address by then a name, such as "core/vma_inspector_bg.wasm"
 * @returns {Promise<ArrayBuffer>}
 */
export async function ownFile(address) {
  const name = String(address);
  const packed = packedFile(name);
  if (!packed) throw new Error(`${name} is not in this file`);
  const gzip = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const plain = new Blob([gzip]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(plain).arrayBuffer();
}

/**
 * A file as it stands in the document; a Worker, which has none, gets them with its script.
 * @param {string} name
 * @returns {string | null | undefined}
 */
export function packedFile(name) {
  if ("document" in globalThis) return document.getElementById(name)?.textContent;
  return /** @type {any} */ (globalThis).OWN_FILES?.[name];
}
