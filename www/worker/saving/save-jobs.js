/**
 * What is saved and hashed of the open archives, in the Worker. A save ends in
 * two parts: first everything is written, then the page says whether it is to
 * be kept.
 */
import { failure, failureOf, RemoteError } from "../../shared/failure.js";
import { loadExporter, withBackup } from "../exporter.js";
import { HashFeed } from "../hashing/hash-feed.js";
import { reportOf } from "../scan-jobs.js";
import { nextTurn } from "../turn.js";
import { Beginning } from "./beginning.js";
import { compareRest } from "./compare-rest.js";
import { keeperOf, passCopy, placementOf, watch } from "./one-pass.js";
import { buffersOfSave, produce } from "./producer.js";
import { openSink } from "./sinks.js";
import { composeRaw } from "./slices.js";

/** @typedef {import("../../core/vma_inspector.js").DoubtTaken} DoubtTaken */
/** @typedef {import("../../shared/messages.js").Hashed} Hashed */
/** @typedef {import("../../shared/messages.js").Saved} Saved */
/** @typedef {import("../../shared/messages.js").SaveUpdate} SaveUpdate */
/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {Exclude<SaveWhat, { kind: "files" }>} DisksWanted */
/** @typedef {import("./sinks.js").Sink} Sink */
/** @typedef {import("../session.js").Session} Session */
/**
 * @typedef {object} Written
 * @property {Sink} sink
 * @property {number} size
 * @property {(file: Blob) => void} keepCopy
 */

/** By the page's name for the save. @type {Map<string, Written>} */
const written = new Map();
const TELL_EVERY_MS = 100;

/**
 * @param {Session} session
 * @param {import("../../shared/messages.js").RequestOf<"save">} request
 * @param {(update: SaveUpdate) => void} send
 * @param {AbortSignal} signal
 * @returns {Promise<Saved>}
 */
export function save(session, request, send, signal) {
  const { what } = request;
  return what.kind === "files"
    ? saveFiles(session, request, what, send, signal)
    : saveDisks(session, request, what, send, signal);
}

/**
 * @param {Session} session
 * @param {import("../../shared/messages.js").RequestOf<"save">} request
 * @param {Extract<SaveWhat, { kind: "files" }>} what
 * @param {(update: SaveUpdate) => void} send
 * @param {AbortSignal} signal
 * @returns {Promise<Saved>}
 */
async function saveFiles(session, { job, sink: order }, what, send, signal) {
  const { produceFiles } = await import("./files-save.js").catch((error) => {
    throw new RemoteError(failure("files-unavailable", String(error)));
  });
  const sink = await openSink(order, signal);
  const pause = async () => {
    await nextTurn();
    signal.throwIfAborted();
  };
  try {
    const work = { signal, tell: teller(send), pause, buffers: buffersOfSave() };
    const { size, missed } = await produceFiles(session, what, sink, work);
    await compareRest(session, signal);
    if (order.kind === "port") await sink.commit(size);
    else written.set(job, { sink, size, keepCopy: () => {} });
    return { size, lost: [], beginsLike: null, report: reportOf(session), missed };
  } catch (error) {
    await sink.discard(failureOf(session.source.told(error)));
    throw error;
  }
}

/**
 * @param {Session} session
 * @param {import("../../shared/messages.js").RequestOf<"save">} request
 * @param {DisksWanted} what
 * @param {(update: SaveUpdate) => void} send
 * @param {AbortSignal} signal
 * @returns {Promise<Saved>}
 */
async function saveDisks(session, request, what, send, signal) {
  const { fileName, sink: order } = request;
  // What hashes is in there too.
  await loadExporter();
  const placement = await placementOf(session, what);
  const opened = await openSink(order, signal);
  const beginning = isRaw(what) ? new Beginning() : null;
  const sink = beginning?.of(opened) ?? opened;
  const doubt = what.kind === "one-pass" ? "as-it-is" : what.doubt;
  const hashes = startFeeds(session, request.hashes, doubt);
  const tell = teller(send);
  const awaitScan = () => send({ awaitsScan: true, done: 0, total: 0, given: 0 });
  try {
    const size = await write(session, {
      what,
      fileName,
      placement,
      order,
      sink,
      hashes,
      tell,
      awaitScan,
      signal,
    });
    await compareRest(session, signal);
    if (order.kind === "port") await sink.commit(size);
    else written.set(request.job, { sink, size, keepCopy: keeperOf(session, what, placement) });
    const beginsLike = beginning?.format ?? null;
    return { size, lost: lostOf(session, what), beginsLike, report: reportOf(session) };
  } catch (error) {
    for (const deviceId of hashes.keys()) dropFeed(session, feedKey(deviceId, doubt));
    await sink.discard(failureOf(session.source.told(error)));
    throw error;
  }
}

/**
 * Keeps what a save has written, or throws it away. Resolves with the file
 * where the page has to download it.
 * @param {import("../../shared/messages.js").RequestOf<"commit">} request
 */
export async function commit({ job, keep }) {
  const done = written.get(job);
  written.delete(job);
  if (!done) throw new RemoteError(failure("aborted", "there is nothing to keep"));
  if (keep) {
    const file = await done.sink.commit(done.size);
    const copy = await done.sink.copy?.().catch(() => null);
    if (copy) done.keepCopy(copy);
    return file;
  }
  await done.sink.discard(failure("aborted", "not kept"));
  return null;
}

/**
 * @param {Session} session
 * @param {{ what: DisksWanted, fileName: string, placement: import("../../core/vma_inspector_export.js").Placement | null,
 *   order: import("../../shared/messages.js").SinkOrder, sink: Sink,
 *   hashes: Map<number, HashFeed>, tell: (done: number, total: number, given: number) => void,
 *   awaitScan: () => void, signal: AbortSignal }} job
 * @returns {Promise<number>} bytes of the file
 */
async function write(session, job) {
  const { what, fileName, order, sink, hashes, tell, signal } = job;
  if (what.kind === "one-pass") {
    return watch(session, what.deviceId, job);
  }
  const { archive, file } = session;
  if (order.kind === "blob" && file instanceof Blob && isSliceable(session, what)) {
    const composed = composeRaw({ archive, file }, what.deviceId, what.doubt);
    await /** @type {import("./sinks.js").BlobSink} */ (sink).write(0, composed);
    return composed.size;
  }
  const exporting = await exportOf(session, what, hashes.size > 0, fileName);
  try {
    return await produce(session, exporting, sink, { signal, tell, hashes });
  } finally {
    exporting.free();
  }
}

/**
 * @param {Session} session
 * @param {DisksWanted} what
 * @returns {what is DisksWanted & { kind: "disk", format: "raw", marked: false }}
 */
function isSliceable({ compressed, kept, kind }, what) {
  // What stands where in a disk image, its own reader alone knows.
  if (kind === "disk") return false;
  // What an earlier scan said of places is compared as they are read.
  return !kept && !compressed && what.kind === "disk" && what.format === "raw" && !what.marked;
}

/**
 * Whether the file is the disk, from its first byte on.
 * @param {DisksWanted} what
 */
function isRaw(what) {
  return what.kind !== "appliance" && what.format === "raw";
}

/**
 * @param {Session} session
 * @param {Exclude<DisksWanted, { kind: "one-pass" }>} what
 * @param {boolean} hashed
 * @param {string} fileName
 */
function exportOf({ archive }, what, hashed, fileName) {
  return withBackup(archive, (backup) => {
    if (what.kind === "disk") {
      const { deviceId, format, marked, doubt } = what;
      return backup.exportDisk(deviceId, format, hashed, marked, doubt, fileName);
    }
    return backup.exportAppliance(what.keepsMacs, what.compressed, hashed, what.doubt);
  });
}

/**
 * The SHA-256 of a disk: what a save has begun is brought to its end, otherwise
 * the disk is read for it.
 * @param {Session} session
 * @param {import("../../shared/messages.js").RequestOf<"hash">} request
 * @param {(update: import("../../shared/messages.js").HashUpdate) => void} send
 * @param {AbortSignal} signal
 * @returns {Promise<Hashed>}
 */
export async function hash(session, { deviceId, doubt }, send, signal) {
  await loadExporter();
  const { archive, feeds } = session;
  const size = archive.imageSize(deviceId);
  const key = feedKey(deviceId, doubt);
  const feed = feeds.get(key) ?? new HashFeed();
  feeds.delete(key);
  const tell = (/** @type {number} */ at) => send({ at, size });
  try {
    feed.follow(tell);
    feed.waitForZeros();
    // What was written in a pass has its doubt as it is.
    const copy = doubt === "as-it-is" ? session.copies.get(deviceId) : undefined;
    const isCopied = await passCopy(copy, size, feed, signal);
    if (!isCopied) await passDisk(session, { deviceId, doubt }, feed, signal);
    const hex = await feed.finish(size, signal);
    if (hex === null) throw new RemoteError(failure("hash-failed", "the hashing Worker stopped"));
    return { sha256: hex, size, ...hashedOf(session, deviceId, doubt) };
  } finally {
    feed.drop();
  }
}

/**
 * What a disk's hash is of, once all of it was read.
 * @param {Session} session
 * @param {number} deviceId
 * @param {DoubtTaken} taken
 * @returns {Pick<Hashed, "lost" | "doubt" | "report">}
 */
function hashedOf(session, deviceId, taken) {
  const report = reportOf(session);
  const bytes = report.devices.find(({ id }) => id === deviceId)?.doubtBytes ?? 0;
  return { lost: session.archive.imageLost(deviceId), doubt: { bytes, taken }, report };
}

/**
 * Passes what the hash does not have yet out of the backup.
 * @param {Session} session
 * @param {{ deviceId: number, doubt: DoubtTaken }} what
 * @param {HashFeed} feed
 * @param {AbortSignal} signal
 */
async function passDisk(session, { deviceId, doubt }, feed, signal) {
  const exporting = await withBackup(session.archive, (backup) =>
    backup.readDisk(deviceId, feed.resumesAt, doubt),
  );
  try {
    const sink = { write: nothing, commit: nothing, discard: nothing };
    const hashes = new Map([[deviceId, feed]]);
    await produce(session, exporting, sink, { signal, tell: () => {}, hashes });
    await compareRest(session, signal);
  } finally {
    exporting.free();
  }
}

/**
 * A hash is of a disk with its doubt taken one way.
 * @param {number} deviceId
 * @param {DoubtTaken} doubt
 */
function feedKey(deviceId, doubt) {
  return `${deviceId} ${doubt}`;
}

/**
 * @param {Session} session
 * @param {number[]} deviceIds
 * @param {DoubtTaken} doubt
 */
function startFeeds({ feeds }, deviceIds, doubt) {
  const started = new Map(deviceIds.map((id) => [id, new HashFeed()]));
  for (const [id, feed] of started) {
    const key = feedKey(id, doubt);
    feeds.get(key)?.drop();
    feeds.set(key, feed);
  }
  return started;
}

/**
 * @param {Session} session
 * @param {string} key
 */
function dropFeed({ feeds }, key) {
  feeds.get(key)?.drop();
  feeds.delete(key);
}

/**
 * What is known to be lost of the disks, once all of them were read.
 * @param {Session} session
 * @param {DisksWanted} what
 */
function lostOf({ archive }, what) {
  const devices = what.kind === "appliance" ? what.devices : [what.deviceId];
  return devices.map((deviceId) => ({ deviceId, bytes: archive.imageLost(deviceId) }));
}

/** @param {(update: SaveUpdate) => void} send */
function teller(send) {
  let told = Number.NEGATIVE_INFINITY;
  /**
   * @param {number} done
   * @param {number} total
   * @param {number} given
   */
  return (done, total, given) => {
    const now = performance.now();
    if (now - told < TELL_EVERY_MS) return;
    told = now;
    send({ awaitsScan: false, done, total, given });
  };
}

async function nothing() {
  return null;
}
