/** The module that tells what is on a disk: imported when it is needed. */
import * as disks from "../core/vma_inspector_disks.js";

export async function load() {
  const address = new URL("../core/vma_inspector_disks_bg.wasm", import.meta.url);
  const answer = await fetch(address);
  await disks.default({ module_or_path: await answer.arrayBuffer() });
  return disks;
}
