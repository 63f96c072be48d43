/** The modules that look into disks: one tells what is on them, two read files. */
import { ownFile } from "../shared/own-file.js";
import { failure } from "../shared/failure.js";
import { OnDemand, watched } from "./on-demand.js";

/** @typedef {import("../core/vma_inspector.js").Archive} Archive */
/** @typedef {import("../core/vma_inspector.js").DiskContents} DiskContents */
/** @typedef {import("../shared/messages.js").ContentsOfDisk} ContentsOfDisk */
/** @typedef {import("../shared/files.js").VolumePlace} VolumePlace */

const failures = {
  unavailable: (/** @type {string} */ message) => failure("files-unavailable", message),
  broken: (/** @type {string} */ message) => failure("files-broken", message),
};

const describer = new OnDemand(
  () => import("./disks-wasm.js").then(({ load }) => load(ownFile)),
  failures,
);

/** @typedef {typeof import("../core/vma_inspector_files_unix.js")} Reader they are all alike */

/** By the family of file systems that they read. */
const readers = {
  unix: reader(() => import("./files-unix-wasm.js")),
  btrfs: reader(() => import("./files-btrfs-wasm.js")),
  others: reader(() => import("./files-others-wasm.js")),
};

/** @param {() => Promise<{ load: (own: typeof ownFile) => Promise<Reader> }>} load */
function reader(load) {
  return new OnDemand(async () => (await load()).load(ownFile), failures);
}

/**
 * A file system of an archive's disk, which is not open yet; null for a disk that is none.
 * Once an instance of its module breaks, its calls throw `files-broken`.
 * @param {Archive} archive
 * @param {VolumePlace} place
 * @param {() => Promise<void>} pause lets others be answered
 */
export async function openDisk(archive, place, pause) {
  const { deviceId, area, logical } = place;
  const whole = await contentsAt(archive, deviceId, pause);
  const isShared = logical !== null && whole?.areas[area]?.share === "unknown";
  const all = isShared ? await machineContents(archive, pause) : [];
  const found = isShared ? all.find((one) => one.deviceId === deviceId)?.contents : whole;
  const listed = logical === null ? found?.areas[area] : found?.areas[area]?.volumes[logical];
  const reader = readers[listed?.volume?.family ?? "others"];
  const [files, describing] = await Promise.all([reader.loaded(), describer.loaded()]);
  const others = all.map((one) => one.deviceId).filter((id) => id !== deviceId);
  const disks = bytesOf(archive, [deviceId, ...others]);
  if (!disks) return null;
  const { FilesDamage, FilesGuest, FilesSave, FilesSearch, volumeOf } = files;
  const made = [FilesDamage, FilesGuest, FilesSave, FilesSearch];
  const opening = reader.attempt(files, () => volumeOf(located(describing, disks, place)));
  return reader.guarded(files, opening, (result) => made.some((each) => result instanceof each));
}

/**
 * What finds a file system, which is not found yet.
 * @param {typeof import("../core/vma_inspector_disks.js")} describing
 * @param {import("../core/vma_inspector.js").SourceBytes[]} disks
 * @param {VolumePlace} place
 */
function located(describing, disks, { area, logical }) {
  const { LocatedVolume, SourceBytes, VolumeLocating } = describing;
  const make = () => new VolumeLocating(disks, area, logical ?? undefined);
  const isMade = (/** @type {unknown} */ result) =>
    result instanceof LocatedVolume || result instanceof SourceBytes;
  return describer.guarded(describing, describer.attempt(describing, make), isMade);
}

/**
 * The bytes of disks; null if one of them is none.
 * @param {Archive} archive
 * @param {readonly number[]} ids
 */
function bytesOf(archive, ids) {
  const all = ids.flatMap((id) => archive.bytesAsTheyAre(id) ?? []);
  if (all.length === ids.length) return all.map((one) => watched(one));
  for (const one of all) one.free();
  return null;
}

/**
 * What is known of a disk by itself, once nothing is left to be done for now.
 * @param {Archive} archive
 * @param {number} deviceId
 * @param {() => Promise<void>} pause
 */
async function contentsAt(archive, deviceId, pause) {
  await lookIntoDisks(archive);
  while (!archive.diskContentsStep(deviceId)) await pause();
  return archive.diskContents(deviceId);
}

/** Bytes that are unpacked in one step towards what several disks hold together. */
const WORK_PER_STEP = 2n << 20n;

/** What was found out of all disks, and of which state of each. @type {WeakMap<Archive, { of: ContentsOfDisk[], all: ContentsOfDisk[] }>} */
const machines = new WeakMap();

/**
 * What is on each disk. What several of them hold together is told once a scan has ended:
 * until then the file is read where the scan stands.
 * @param {Archive} archive
 * @param {() => Promise<void>} pause lets others be answered
 * @param {boolean} [isScanning]
 * @returns {Promise<ContentsOfDisk[]>}
 */
export async function machineContents(archive, pause, isScanning = false) {
  const each = [];
  for (const { id } of (archive.report().overview ?? archive.overview()).devices) {
    const contents = await contentsAt(archive, id, pause);
    if (contents) each.push({ deviceId: id, contents });
  }
  const isShared = each.some(({ contents }) => contents.areas.some(isUnknown));
  if (isScanning || !isShared) return each;
  const known = machines.get(archive);
  if (known && isSame(known.of, each)) return known.all;
  const all = (await surveyed(archive, each, pause)) ?? each;
  machines.set(archive, { of: each, all });
  return all;
}

/** @param {import("../core/vma_inspector.js").DiskArea} area */
function isUnknown({ share }) {
  return share === "unknown";
}

/**
 * @param {readonly ContentsOfDisk[]} one
 * @param {readonly ContentsOfDisk[]} other
 */
function isSame(one, other) {
  return (
    one.length === other.length && one.every((each, at) => each.contents === other[at]?.contents)
  );
}

/**
 * @param {Archive} archive
 * @param {readonly ContentsOfDisk[]} each
 * @param {() => Promise<void>} pause
 */
async function surveyed(archive, each, pause) {
  const ids = each.map(({ deviceId }) => deviceId);
  const disks = await describer.loaded().catch(() => null);
  const bytes = disks && bytesOf(archive, ids);
  if (!bytes) return null;
  const made = describer.attempt(disks, () => new disks.DisksSurvey(bytes));
  const survey = describer.guarded(disks, made, () => false);
  try {
    let found = survey.describe();
    while (found === undefined) {
      while (!survey.fetch(WORK_PER_STEP)) await pause();
      await pause();
      found = survey.describe();
    }
    return found?.map((contents, at) => ({
      deviceId: ids[at] ?? 0,
      contents: named(contents, ids),
    }));
  } finally {
    survey.free();
  }
}

/**
 * With the ids of disks in place of their places among all.
 * @param {DiskContents} contents
 * @param {readonly number[]} ids
 * @returns {DiskContents}
 */
function named(contents, ids) {
  const named = (/** @type {DiskContents["areas"][number]} */ volume) => ({
    ...volume,
    disks: volume.disks.map((at) => ids[at] ?? 0),
  });
  const areas = contents.areas.map((area) => ({ ...area, volumes: area.volumes.map(named) }));
  return { ...contents, areas };
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
