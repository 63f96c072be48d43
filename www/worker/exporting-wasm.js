/** Where the wasm of the module that makes files is: imported when it is needed. */

/**
 * @param {typeof import("../core/vma_inspector_export.js")} exporting that it is of
 * @param {typeof import("../shared/own-file.js").ownFile} ownFile
 */
export async function load(exporting, ownFile) {
  const address = new URL("../core/vma_inspector_export_bg.wasm", import.meta.url);
  const bytes = await ownFile(address);
  const compiled = await WebAssembly.compile(bytes);
  await exporting.default({ module_or_path: compiled });
  return { bytes, compiled };
}
