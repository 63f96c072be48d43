/** The module that tells what is on a disk: imported when it is needed. */
import * as disks from "../core/vma_inspector_disks.js";

/** @param {typeof import("../shared/own-file.js").ownFile} ownFile */
export async function load(ownFile) {
  const address = new URL("../core/vma_inspector_disks_bg.wasm", import.meta.url);
  await disks.default({ module_or_path: await ownFile(address) });
  return disks;
}
