/** The module that looks into disks. */
import { failure } from "../shared/failure.js";
import { OnDemand, watched } from "./on-demand.js";

/** @typedef {import("../core/vma_inspector.js").Archive} Archive */

const reader = new OnDemand(load, {
  unavailable: (message) => failure("files-unavailable", message),
  broken: (message) => failure("files-broken", message),
});

async function load() {
  const files = await import("../core/vma_inspector_files.js");
  const { load: start } = await import("./files-wasm.js");
  await start(files);
  return files;
}

/**
 * A file system of an archive's disk, which is not open yet; null for a disk that is none.
 * Once an instance of the module breaks, its calls throw `files-broken`.
 * @param {Archive} archive
 * @param {import("../shared/files.js").VolumePlace} place
 */
export async function openDisk(archive, { deviceId, area, logical }) {
  const files = await reader.loaded();
  const bytes = archive.bytesAsTheyAre(deviceId);
  if (!bytes) return null;
  const { FilesDamage, FilesSave, FilesSearch, Volume } = files;
  const made = [FilesDamage, FilesSave, FilesSearch];
  const opening = reader.attempt(
    files,
    () => new Volume(watched(bytes), area, logical ?? undefined),
  );
  return reader.guarded(files, opening, (result) => made.some((each) => result instanceof each));
}

/** Archives that have it already. @type {WeakSet<Archive>} */
const having = new WeakSet();

/**
 * Has the module look into the disks of an archive from now on. If it cannot be loaded,
 * nothing is told of them for now.
 * @param {Archive} archive
 */
export async function lookIntoDisks(archive) {
  if (having.has(archive)) return;
  const files = await reader.loaded().catch(() => null);
  if (!files || having.has(archive)) return;
  having.add(archive);
  archive.setLook((disk) => reader.attempt(files, () => files.describeDisk(watched(disk))));
}
