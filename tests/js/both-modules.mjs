// The modules of the core, as the page has them: what reads, what makes files, what tells
// what is on disks, and what reads files in them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const wasm = (name) => ({ module: readFileSync(join(modules, `core/${name}_bg.wasm`)) });

export const reading = await built("core/vma_inspector.js");
export const exporting = await built("core/vma_inspector_export.js");
export const disks = await built("core/vma_inspector_disks.js");
export const diskFile = await built("core/vma_inspector_disk_file.js");
export const files = {
  unix: await built("core/vma_inspector_files_unix.js"),
  btrfs: await built("core/vma_inspector_files_btrfs.js"),
  others: await built("core/vma_inspector_files_others.js"),
};
export const { Archive } = reading;
const { backupOf } = await built("worker/backup-of.js");
reading.initSync(wasm("vma_inspector"));
exporting.initSync(wasm("vma_inspector_export"));
disks.initSync(wasm("vma_inspector_disks"));
diskFile.initSync(wasm("vma_inspector_disk_file"));
for (const [family, module] of Object.entries(files)) {
  module.initSync(wasm(`vma_inspector_files_${family}`));
}

/** What files are made of, as an archive is now. */
export const backup = (archive) => backupOf(exporting, archive);
