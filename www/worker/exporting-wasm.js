/** Where the wasm of the module that makes files is: imported when it is needed. */

/** @param {typeof import("../core/vma_inspector_export.js")} exporting that it is of */
export async function load(exporting) {
  const address = new URL("../core/vma_inspector_export_bg.wasm", import.meta.url);
  const answer = await fetch(address);
  const compiled = await WebAssembly.compile(await answer.arrayBuffer());
  await exporting.default({ module_or_path: compiled });
  return compiled;
}
