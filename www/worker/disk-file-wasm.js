/** The module that reads disks in files of their own: imported when it is needed. */
import * as diskFile from "../core/vma_inspector_disk_file.js";

export async function load() {
  const address = new URL("../core/vma_inspector_disk_file_bg.wasm", import.meta.url);
  const answer = await fetch(address);
  await diskFile.default({ module_or_path: await answer.arrayBuffer() });
  return diskFile;
}
