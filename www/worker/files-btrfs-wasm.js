/** The module that reads btrfs: imported when it is needed. */
import * as files from "../core/vma_inspector_files_btrfs.js";

/** @param {typeof import("../shared/own-file.js").ownFile} ownFile */
export async function load(ownFile) {
  const address = new URL("../core/vma_inspector_files_btrfs_bg.wasm", import.meta.url);
  await files.default({ module_or_path: await ownFile(address) });
  return files;
}
