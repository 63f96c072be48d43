/** The module that makes files. */
import { failure } from "../shared/failure.js";
import { modulesCross, ownFile } from "../shared/own-file.js";
import { backupOf } from "./backup-of.js";
import { prepareHashing } from "./hashing/hash-feed.js";
import { OnDemand, watched } from "./on-demand.js";

/** @typedef {import("../core/vma_inspector_export.js").Backup} Backup */
/** @typedef {import("../core/vma_inspector.js").Archive} Archive */

const exporter = new OnDemand(load, {
  unavailable: (message) => failure("exports-unavailable", message),
  broken: (message) => failure("exports-broken", message),
});

async function load() {
  const exporting = await import("../core/vma_inspector_export.js");
  const { load: start } = await import("./exporting-wasm.js");
  const { bytes, compiled } = await start(exporting, ownFile);
  prepareHashing(modulesCross ? compiled : bytes);
  return exporting;
}

/** Loads the module, once; a failed try is no last one. */
export function loadExporter() {
  return exporter.loaded();
}

/**
 * Works with what files are made of, as the archive is now.
 * @template Value
 * @param {Archive} archive
 * @param {(backup: Backup) => Value} work what it makes may be used on
 * @returns {Promise<Value>}
 */
export async function withBackup(archive, work) {
  const exporting = await loadExporter();
  const { Export, Placement } = exporting;
  const backup = exporter.attempt(exporting, () =>
    exporter.guarded(
      exporting,
      backupOf(exporting, watched(archive), watched),
      (result) => result instanceof Export || result instanceof Placement,
    ),
  );
  try {
    return work(backup);
  } finally {
    backup.free();
  }
}
