/** The modules that look into disks: one tells what is on them, two read files. */
import { failure } from "../shared/failure.js";
import { OnDemand, watched } from "./on-demand.js";

/** @typedef {import("../core/vma_inspector.js").Archive} Archive */
/** @typedef {import("../shared/files.js").VolumePlace} VolumePlace */

const failures = {
  unavailable: (/** @type {string} */ message) => failure("files-unavailable", message),
  broken: (/** @type {string} */ message) => failure("files-broken", message),
};

const describer = new OnDemand(
  () => import("./disks-wasm.js").then(({ load }) => load()),
  failures,
);

/** By the family of file systems that they read. */
const readers = {
  unix: new OnDemand(() => import("./files-unix-wasm.js").then(({ load }) => load()), failures),
  others: new OnDemand(() => import("./files-others-wasm.js").then(({ load }) => load()), failures),
};

/**
 * A file system of an archive's disk, which is not open yet; null for a disk that is none.
 * Once an instance of its module breaks, its calls throw `files-broken`.
 * @param {Archive} archive
 * @param {VolumePlace} place
 * @param {() => Promise<void>} pause lets others be answered
 */
export async function openDisk(archive, place, pause) {
  const reader = readers[await familyOf(archive, place, pause)];
  const files = await reader.loaded();
  const bytes = archive.bytesAsTheyAre(place.deviceId);
  if (!bytes) return null;
  const { FilesSave, FilesSearch, volumeOf } = files;
  const { area, logical } = place;
  const made = reader.attempt(files, () => volumeOf(watched(bytes), area, logical ?? undefined));
  return reader.guarded(
    files,
    made,
    (result) => result instanceof FilesSave || result instanceof FilesSearch,
  );
}

/**
 * Which module reads it. What none reads any one refuses.
 * @param {Archive} archive
 * @param {VolumePlace} place
 * @param {() => Promise<void>} pause
 */
async function familyOf(archive, { deviceId, area, logical }, pause) {
  await lookIntoDisks(archive);
  while (!archive.diskContentsStep(deviceId)) await pause();
  const whole = archive.diskContents(deviceId)?.areas[area];
  const part = logical === null ? whole : whole?.volumes[logical];
  return part?.volume?.family ?? "others";
}

/**
 * What is on a disk that is in no archive; the bytes are freed.
 * @param {import("../core/vma_inspector.js").SourceBytes} disk
 */
export async function describe(disk) {
  const disks = await describer.loaded();
  return describer.attempt(disks, () => disks.describeDisk(watched(disk)));
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
  const disks = await describer.loaded().catch(() => null);
  if (!disks || having.has(archive)) return;
  having.add(archive);
  archive.setLook((disk) => describer.attempt(disks, () => disks.describeDisk(watched(disk))));
}
