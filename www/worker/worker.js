/** The Worker: owns the core and every open archive, and answers the page. */
import init, { Archive } from "../core/vma_inspector.js";
import { failure, failureOf, RemoteError, toFailure } from "../shared/failure.js";
import * as keptScans from "./kept-scans.js";
import { connectReader } from "./source/file-stream.js";
import { connectHasher, prepareHashing } from "./hashing/hash-feed.js";
import { proxmoxOfRefused, reportOf as fullReportOf, trustOf } from "./report-server.js";
import { commit, hash, save } from "./saving/save-jobs.js";
import { reportOf, scan } from "./scan-jobs.js";
import { BlobSource } from "./source/blob-source.js";

/** @typedef {import("../shared/messages.js").Request} Request */
/** @typedef {import("../core/vma_inspector.js").ScanReport} ScanReport */
/**
 * An open archive.
 * @typedef {import("./scan-jobs.js").Session & import("./saving/save-jobs.js").Session & {
 *   users: number,
 *   closing: boolean,
 * }} Session `users`: requests under way
 */

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
  const message = /** @type {import("../shared/messages.js").ToWorker} */ (data);
  if (message.kind === "cancel") running.get(message.id)?.abort();
  else if (message.kind === "helper") connect(message.role, message.port);
  else answer(message);
};

/**
 * @param {import("../shared/messages.js").Helper} role
 * @param {MessagePort} port
 */
function connect(role, port) {
  if (role === "reader") connectReader(port);
  else connectHasher(port);
}

async function loadCore() {
  const address = new URL("../core/vma_inspector_bg.wasm", import.meta.url);
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
  const told = failureOf(error);
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
      return using(request.archive, (session) => scan(session, request, teller(request), signal));
    case "keptUsage":
      return keptScans.usage();
    case "forgetKept":
      return keptScans.clear().then(keptScans.usage);
    case "trust":
      return using(request.archive, ({ archive }) => trustOf(archive));
    case "report":
      return using(request.archive, (session) => fullReportOf(session, request.facts, signal));
    case "formats":
      return using(request.archive, ({ archive }) => ({
        formats: archive.formats(request.deviceId),
        timesUnpacked: archive.timesUnpacked(request.deviceId),
      }));
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
  /** @param {import("../shared/messages.js").Requests["scan" | "save" | "hash"]["progress"]} value */
  return (value) => send({ id, kind: "progress", value });
}

/** @param {import("../shared/messages.js").RequestOf<"open">} request */
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
    copies: new Map(),
    scanned: Promise.resolve(),
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
  for (const { placement } of session.copies.values()) placement?.free();
  session.source.endReadAhead();
  session.archive.free();
}

/** @param {import("../shared/messages.js").FromWorker} message */
function send(message) {
  self.postMessage(message);
}
