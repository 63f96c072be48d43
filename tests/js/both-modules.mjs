// The modules of the core, as the page has them: what reads, what makes files, and what
// looks into disks.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { modules } from "../../www/build/build.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const wasm = (name) => ({ module: readFileSync(join(modules, `core/${name}_bg.wasm`)) });

export const reading = await built("core/vma_inspector.js");
export const exporting = await built("core/vma_inspector_export.js");
export const files = await built("core/vma_inspector_files.js");
export const { Archive } = reading;
const { backupOf } = await built("worker/backup-of.js");
reading.initSync(wasm("vma_inspector"));
exporting.initSync(wasm("vma_inspector_export"));
files.initSync(wasm("vma_inspector_files"));

/** What files are made of, as an archive is now. */
export const backup = (archive) => backupOf(exporting, archive);
