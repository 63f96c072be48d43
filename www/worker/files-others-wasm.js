/** The module that reads all other file systems: imported when it is needed. */
import * as files from "../core/vma_inspector_files_others.js";

/** @param {typeof import("../shared/own-file.js").ownFile} ownFile */
export async function load(ownFile) {
  const address = new URL("../core/vma_inspector_files_others_bg.wasm", import.meta.url);
  await files.default({ module_or_path: await ownFile(address) });
  return files;
}
