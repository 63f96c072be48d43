/** The module that reads the file systems of Unix: imported when it is needed. */
import * as files from "../core/vma_inspector_files_unix.js";

export async function load() {
  const address = new URL("../core/vma_inspector_files_unix_bg.wasm", import.meta.url);
  const answer = await fetch(address);
  await files.default({ module_or_path: await answer.arrayBuffer() });
  return files;
}
