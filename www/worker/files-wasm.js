/** Where the wasm of the module that looks into disks is: imported when it is needed. */

/** @param {typeof import("../core/vma_inspector_files.js")} files that it is of */
export async function load(files) {
  const address = new URL("../core/vma_inspector_files_bg.wasm", import.meta.url);
  const answer = await fetch(address);
  await files.default({ module_or_path: await answer.arrayBuffer() });
}
