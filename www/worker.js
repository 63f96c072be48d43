/** The Worker: owns the core and every open archive, and answers the page. */
import init, { Archive } from "./core/vma_inspector.js";
import { failure, RemoteError, toFailure } from "./failure.js";
import * as keptScans from "./kept-scans.js";
import { connectReader } from "./file-stream.js";
import { connectHasher, prepareHashing } from "./saving/hash-feed.js";
import { proxmoxOfRefused, reportOf as fullReportOf, trustOf } from "./report-server.js";
import { commit, handPlaced, hash, save } from "./saving/save-jobs.js";
import { BlobSource } from "./source.js";
import { nextTurn } from "./turn.js";

/** @typedef {import("./messages.js").Request} Request */
/** @typedef {import("./messages.js").ScanUpdate} ScanUpdate */
/** @typedef {import("./core/vma_inspector.js").ContainerReport} ContainerReport */
/** @typedef {import("./core/vma_inspector.js").ScanReport} ScanReport */
/**
 * @typedef {object} Session
 * @property {Archive} archive
 * @property {File} file
 * @property {BlobSource} source
 * @property {boolean} compressed and so read from front to back
 * @property {ContainerReport | null} formerly what an earlier scan, which was kept, said of the container
 * @property {() => ScanReport} report
 * @property {Map<number, import("./saving/hash-feed.js").HashFeed>} feeds hashes in the making, by device
 * @property {Map<number, import("./saving/save-jobs.js").Watcher>} watchers saves that wait for the scan, by device
 * @property {number} users requests under way
 * @property {boolean} closing
 */

const PROGRESS_EVERY_MS = 200;
const REPORT_EVERY_MS = 2000;
const TURN_MS = 30;

const core = loadCore().then(
  () => null,
  (error) => failure("core-unavailable", String(error)),
);
/** @type {Map<number, AbortController>} */
const running = new Map();
/** @type {Map<number, Session>} */
const sessions = new Map();
let lastSession = 0;

// For as long as it lives, so that the page notices its end.
navigator.locks?.request(self.name, () => {
  send({ id: null, kind: "alive" });
  return new Promise(() => {});
});

self.onmessage = ({ data }) => {
  const message = /** @type {import("./messages.js").ToWorker} */ (data);
  if (message.kind === "cancel") running.get(message.id)?.abort();
  else if (message.kind === "helper") connect(message.role, message.port);
  else answer(message);
};

/**
 * @param {import("./messages.js").Helper} role
 * @param {MessagePort} port
 */
function connect(role, port) {
  if (role === "reader") connectReader(port);
  else connectHasher(port);
}

async function loadCore() {
  const address = new URL("./core/vma_inspector_bg.wasm", import.meta.url);
  const bytes = await (await fetch(address)).arrayBuffer();
  const module = await WebAssembly.compile(bytes);
  await init({ module_or_path: module });
  prepareHashing(module);
}

/** @param {Request} request */
async function answer(request) {
  const { id } = request;
  const abort = new AbortController();
  running.set(id, abort);
  send({ id, kind: "accepted" });
  try {
    const broken = await core;
    if (broken) throw new RemoteError(broken);
    const value = await perform(request, abort.signal);
    send({ id, kind: "result", value });
  } catch (error) {
    report(id, error);
  } finally {
    running.delete(id);
  }
}

/**
 * @param {number} id
 * @param {unknown} error
 */
function report(id, error) {
  if (error instanceof WebAssembly.RuntimeError) {
    send({ id: null, kind: "fatal", message: error.message });
    self.close();
    return;
  }
  const told = error instanceof RemoteError ? error.failure : toFailure(error);
  send({ id, kind: "error", failure: told });
}

/**
 * @param {Request} request
 * @param {AbortSignal} signal
 */
function perform(request, signal) {
  switch (request.kind) {
    case "open":
      return open(request);
    case "close":
      return close(request.archive);
    case "config":
      return using(request.archive, ({ archive }) => archive.config(request.index));
    case "findings":
      return using(request.archive, ({ archive }) =>
        archive.findings(request.code, request.from, request.count),
      );
    case "assumeSize":
      return using(request.archive, ({ archive, report }) => {
        archive.assumeSize(request.deviceId, request.bytes);
        return report();
      });
    case "imageSize":
      return using(request.archive, ({ archive }) => archive.imageSize(request.deviceId));
    case "scan":
      return using(request.archive, (session) => scanOrTake(session, request, signal));
    case "keptUsage":
      return keptScans.usage();
    case "forgetKept":
      return keptScans.clear().then(keptScans.usage);
    case "trust":
      return using(request.archive, ({ archive }) => trustOf(archive));
    case "report":
      return using(request.archive, (session) => fullReportOf(session, request.facts, signal));
    case "formats":
      return using(request.archive, ({ archive }) => archive.formats(request.deviceId));
    case "appliance":
      return using(
        request.archive,
        ({ archive }) => archive.applianceFacts(request.keepsMacs, request.compressed) ?? null,
      );
    case "machineTexts":
      return using(request.archive, ({ archive }) =>
        archive.machineTexts(request.keepsMacs, request.format, request.stem),
      );
    case "lostMap":
      return using(request.archive, ({ archive }) => archive.lostMap(request.deviceId) ?? null);
    case "save":
      return using(request.archive, (session) => save(session, request, teller(request), signal));
    case "commit":
      return commit(request);
    case "hash":
      return using(request.archive, (session) => hash(session, request, teller(request), signal));
  }
}

/** @param {Request} request */
function teller({ id }) {
  /** @param {import("./messages.js").Requests["save" | "hash"]["progress"]} value */
  return (value) => send({ id, kind: "progress", value });
}

/** @param {import("./messages.js").RequestOf<"open">} request */
function open({ file, largeWindow }) {
  const source = new BlobSource(file);
  const archive = opened(source, largeWindow);
  const overview = archive.overview();
  lastSession += 1;
  const compressed = overview.container !== "plain";
  /** @type {Session} */
  const session = {
    archive,
    file,
    source,
    compressed,
    formerly: null,
    report: () => reportOf(session),
    feeds: new Map(),
    watchers: new Map(),
    users: 0,
    closing: false,
  };
  sessions.set(lastSession, session);
  const fileName = archive.fileName(file.name);
  return { archive: lastSession, overview, fileName, summary: archive.vmSummary() ?? null };
}

/**
 * @param {BlobSource} source
 * @param {boolean} largeWindow
 */
function opened(source, largeWindow) {
  try {
    return Archive.open(source, largeWindow);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) throw error;
    const proxmox = proxmoxOfRefused(source, largeWindow);
    throw new RemoteError({ ...toFailure(error), proxmox });
  }
}

/** @param {number} id */
function close(id) {
  const session = sessions.get(id);
  if (session) {
    session.closing = true;
    freeIfUnused(id, session);
  }
  return null;
}

/**
 * Keeps the archive alive for as long as the work on it lasts.
 * @template Value
 * @param {number} id
 * @param {(session: Session) => Value | Promise<Value>} work
 */
async function using(id, work) {
  const session = sessions.get(id);
  if (!session) throw new RemoteError(failure("aborted", "the archive is closed"));
  session.users += 1;
  try {
    return await work(session);
  } finally {
    session.users -= 1;
    freeIfUnused(id, session);
  }
}

/**
 * @param {number} id
 * @param {Session} session
 */
function freeIfUnused(id, session) {
  if (!session.closing || session.users > 0) return;
  sessions.delete(id);
  for (const feed of session.feeds.values()) feed.drop();
  session.source.endReadAhead();
  session.archive.free();
}

/**
 * The scan of this very file that was kept, or a new one, which is kept then.
 * @param {Session} session
 * @param {import("./messages.js").RequestOf<"scan">} request
 * @param {AbortSignal} signal
 * @returns {Promise<ScanUpdate>}
 */
async function scanOrTake(session, { id, keep, fresh }, signal) {
  const key = keep ? await keptScans.keyOf(session.file).catch(() => null) : null;
  const kept = key && !fresh ? await takeKept(session, key) : null;
  if (kept) return kept;
  const update = await scan(session, id, signal);
  if (key) await keepScan(session, key, update);
  return update;
}

/**
 * @param {Session} session
 * @param {string} key
 * @returns {Promise<ScanUpdate | null>}
 */
async function takeKept(session, key) {
  const kept = await keptScans.load(key);
  if (!kept || !session.archive.takeKeptScan(kept.scan)) return null;
  session.formerly = kept.container;
  const progress = session.archive.scanStep();
  return { progress, report: session.report(), scannedAt: kept.scannedAt };
}

/**
 * With a scan that was kept nothing has been unpacked: what was said of the
 * container then holds until more is known.
 * @param {Session} session
 */
function reportOf({ archive, formerly }) {
  const report = archive.report();
  const { end, findings } = report.container;
  const isNews = end !== null || findings.length > 0;
  return formerly && !isNews ? { ...report, container: formerly } : report;
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
 * @param {number} id
 * @param {AbortSignal} signal
 * @returns {Promise<ScanUpdate>}
 */
async function scan(session, id, signal) {
  const { archive, source, compressed, watchers } = session;
  const tell = progressTeller(archive, id);
  if (watchers.size > 0) archive.restartScan([...watchers.keys()]);
  const watching = [...watchers.values()];
  let turnBegan = performance.now();
  try {
    for (;;) {
      if (compressed) await source.readAhead();
      else await source.prefetch(archive.scanWants(), signal);
      const progress = archive.scanStep();
      if (watchers.size > 0) await handPlaced(session, progress);
      if (progress.done) break;
      tell(progress);
      if (performance.now() - turnBegan > TURN_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
      signal.throwIfAborted();
    }
    for (const watcher of watching) watcher.finish();
    return { progress: archive.scanStep(), report: archive.report(), scannedAt: null };
  } catch (error) {
    for (const watcher of watching) watcher.fail(error);
    throw error;
  } finally {
    source.endReadAhead();
  }
}

/**
 * @param {Archive} archive
 * @param {number} id
 */
function progressTeller(archive, id) {
  let told = Number.NEGATIVE_INFINITY;
  let reported = performance.now();
  /** @param {ScanUpdate["progress"]} progress */
  return (progress) => {
    const now = performance.now();
    if (now - told < PROGRESS_EVERY_MS) return;
    told = now;
    const withReport = now - reported >= REPORT_EVERY_MS;
    if (withReport) reported = now;
    const report = withReport ? archive.report() : null;
    send({ id, kind: "progress", value: { progress, report, scannedAt: null } });
  };
}

/** @param {import("./messages.js").FromWorker} message */
function send(message) {
  self.postMessage(message);
}
