/** The module that reads all other file systems: imported when it is needed. */
import * as files from "../core/vma_inspector_files_others.js";

export async function load() {
  const address = new URL("../core/vma_inspector_files_others_bg.wasm", import.meta.url);
  const answer = await fetch(address);
  await files.default({ module_or_path: await answer.arrayBuffer() });
  return files;
}
