/**
 * Scans of the open archives, in the Worker: stepped to their end, with the saves
 * that wait for what they come by, or taken from what was kept.
 */
import { isFault } from "../shared/failure.js";
import { handsFor } from "./ahead/hands-for.js";
import { Buffers } from "./buffers.js";
import * as keptScans from "./kept-scans.js";
import { lookIntoDisks } from "./disk-reader.js";
import { nextTurn } from "./turn.js";

/** @typedef {import("../core/vma_inspector.js").ScanProgress} ScanProgress */
/** @typedef {import("../shared/messages.js").ScanUpdate} ScanUpdate */
/** @typedef {(update: ScanUpdate) => void} Send */
/** @typedef {import("./session.js").Session} Session */
/** @typedef {import("./session.js").Watcher} Watcher */

const PROGRESS_EVERY_MS = 500;
const REPORT_EVERY_MS = 2000;
const TURN_MS = 30;
/** What saves get, to be filled again where they are done with it. */
const buffers = new Buffers(8 * 1024 * 1024);

/**
 * Scans of one archive come one after the other: one that was given up may be
 * in the middle of a step when the next is asked for.
 * @param {Session} session
 * @param {import("../shared/messages.js").RequestOf<"scan">} request
 * @param {Send} send
 * @param {AbortSignal} signal
 * @returns {Promise<ScanUpdate>}
 */
export function scan(session, request, send, signal) {
  const own = session.scanned.then(() => {
    signal.throwIfAborted();
    session.volumes.scanBegins();
    const scanned = request.forSaves
      ? scanForSaves(session, request, send, signal)
      : scanOrTake(session, request, send, signal);
    return scanned.finally(() => session.volumes.scanEnds());
  });
  session.scanned = own.then(
    () => {},
    () => {},
  );
  return own;
}

/**
 * A scan from the beginning, for the saves that wait for one.
 * @param {Session} session
 * @param {import("../shared/messages.js").RequestOf<"scan">} request
 * @param {Send} send
 * @param {AbortSignal} signal
 * @returns {Promise<ScanUpdate>}
 */
async function scanForSaves(session, { keep }, send, signal) {
  const { archive, watchers } = session;
  session.watchers = new Map();
  archive.restartScan([...watchers.keys()]);
  session.kept = null;
  try {
    const update = await stepToEnd(session, watchers, send, signal).finally(() => buffers.drop());
    for (const watcher of watchers.values()) watcher.finish();
    const key = keep ? await keyOf(session) : null;
    if (key) await keepScan(session, key, update);
    return update;
  } catch (error) {
    for (const watcher of watchers.values()) watcher.fail(error);
    throw error;
  }
}

/**
 * The scan of this very file that was kept, or a new one, which is kept then.
 * @param {Session} session
 * @param {import("../shared/messages.js").RequestOf<"scan">} request
 * @param {Send} send
 * @param {AbortSignal} signal
 * @returns {Promise<ScanUpdate>}
 */
async function scanOrTake(session, { keep, fresh }, send, signal) {
  const key = keep ? await keyOf(session) : null;
  const kept = key && !fresh ? await takeKept(session, key) : null;
  if (kept) return kept;
  const update = await stepToEnd(session, new Map(), send, signal);
  if (key) await keepScan(session, key, update);
  return update;
}

/** @param {Session} session */
function keyOf({ file }) {
  // What lies on a server is no copy of which much can be read to know it again.
  if (!(file instanceof Blob)) return null;
  return keptScans.keyOf(file).catch(() => null);
}

/**
 * @param {Session} session
 * @param {string} key
 * @returns {Promise<ScanUpdate | null>}
 */
async function takeKept(session, key) {
  const kept = await keptScans.load(key);
  if (!kept || !session.archive.takeKeptScan(kept.scan)) return null;
  session.kept = { key, container: kept.container, isContradicted: false };
  const progress = session.archive.scanStep();
  return { progress, report: reportOf(session), scannedAt: kept.scannedAt };
}

/**
 * With a scan that was kept nothing has been unpacked: what was said of the
 * container then holds until more is known.
 * @param {Pick<Session, "archive" | "kept">} session
 */
export function reportOf({ archive, kept }) {
  const report = archive.report();
  const isNews = report.container.findings.length > 0;
  return kept && !isNews ? { ...report, container: kept.container } : report;
}

/**
 * @param {Session} session
 * @param {string} key
 * @param {ScanUpdate} update
 */
async function keepScan({ archive }, key, { report }) {
  const scan = archive.scanToKeep();
  if (!scan || !report || report.container.findings.length > 0) return;
  const { container } = report;
  await keptScans.save(key, { scan, container, scannedAt: Date.now() });
}

/**
 * Steps the scan to its end, a short turn at a time, so that other requests
 * are answered in between.
 * @param {Session} session
 * @param {Map<number, Watcher>} watching
 * @param {Send} send
 * @param {AbortSignal} signal
 * @returns {Promise<ScanUpdate>}
 */
async function stepToEnd(session, watching, send, signal) {
  const { archive, source, compressed } = session;
  const tell = progressTeller(archive, send);
  // What it comes by is looked into; what lies behind would have to be unpacked again.
  await lookIntoDisks(archive);
  const hands = await handsFor(session);
  let turnBegan = performance.now();
  /** @type {ScanProgress | null} */
  let last = null;
  try {
    for (;;) {
      if (compressed) await source.readAhead();
      else await source.prefetch(archive.scanWants(), signal);
      signal.throwIfAborted();
      const progress = archive.scanStep();
      last = progress;
      if (watching.size > 0) await handPlaced(archive, watching, progress);
      if (progress.done) break;
      tell(progress);
      if (performance.now() - turnBegan > TURN_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
      signal.throwIfAborted();
    }
    return { progress: archive.scanStep(), report: archive.report(), scannedAt: null };
  } catch (error) {
    // How far it came, where the last that was told lies behind.
    if (last && !isFault(error)) {
      send({ progress: last, report: archive.report(), scannedAt: null });
    }
    throw error;
  } finally {
    source.endReadAhead();
    hands?.end();
  }
}

/**
 * Hands on what the last step of a scan came by.
 * @param {Session["archive"]} archive
 * @param {Map<number, Watcher>} watching
 * @param {ScanProgress} progress
 */
async function handPlaced(archive, watching, progress) {
  for (const [deviceId, watcher] of watching) {
    if (watcher.hasEnded()) leave(archive, watching, deviceId);
  }
  const placed = archive.takePlaced(buffers.room);
  for (const { deviceId, offset, bytes } of placed) {
    const watcher = watching.get(deviceId);
    await watcher?.write(offset, bytes, buffers.giveBack).catch((error) => {
      leave(archive, watching, deviceId);
      watcher.fail(error);
      if (isFault(error)) throw error;
    });
  }
  for (const watcher of watching.values()) watcher.tell(progress);
}

/**
 * @param {Session["archive"]} archive
 * @param {Map<number, Watcher>} watching
 * @param {number} deviceId
 */
function leave(archive, watching, deviceId) {
  watching.delete(deviceId);
  archive.unwatch(deviceId);
}

/**
 * @param {Session["archive"]} archive
 * @param {Send} send
 */
function progressTeller(archive, send) {
  let told = Number.NEGATIVE_INFINITY;
  let reported = performance.now();
  /** @param {ScanProgress} progress */
  return (progress) => {
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    const withReport = now - reported >= REPORT_EVERY_MS;
    if (withReport) reported = now;
    send({ progress, report: withReport ? archive.report() : null, scannedAt: null });
  };
}
