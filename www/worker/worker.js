/** The Worker: owns the core and every open archive, and answers the page. */
import init from "../core/vma_inspector.js";
import { watchAsked } from "../shared/asked.js";
import { failure, failureOf, isFault, RemoteError } from "../shared/failure.js";
import { ownFile } from "../shared/own-file.js";
import { policyHere } from "../shared/policy.js";
import { archiveHandlers } from "./handlers/archive.js";
import { bytesHandlers } from "./handlers/bytes.js";
import { diskContentsHandlers } from "./handlers/disk-contents.js";
import { filesHandlers } from "./handlers/files.js";
import { picturingHandlers } from "./handlers/picturing.js";
import { savingHandlers } from "./handlers/saving.js";
import { scanningHandlers } from "./handlers/scanning.js";
import { connectHasher } from "./hashing/hash-feed.js";
import * as keptScans from "./kept-scans.js";
import { sourceOf, takeContradicted } from "./sessions.js";
import { connectReader } from "./source/file-stream.js";

/** @typedef {import("../shared/messages.js").Request} Request */
/** @typedef {import("../shared/messages.js").RequestKind} RequestKind */

/** @type {import("../shared/messages.js").Handlers} */
const handlers = {
  ...archiveHandlers,
  ...scanningHandlers,
  ...diskContentsHandlers,
  ...picturingHandlers,
  ...bytesHandlers,
  ...filesHandlers,
  ...savingHandlers,
};

const core = loadCore().then(
  () => null,
  (error) => failure("core-unavailable", String(error)),
);
/** @type {Map<number, AbortController>} */
const running = new Map();

// For as long as it lives, so that the page notices its end.
navigator.locks?.request(self.name, () => {
  send({ id: null, kind: "alive" });
  return new Promise(() => {});
});

policyHere().then((policy) => send({ id: null, kind: "policy", policy }));
watchAsked((urls) => send({ id: null, kind: "asked", urls }));

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
  else if (role === "hasher") connectHasher(port);
  else import("./ahead/hands.js").then(({ join }) => join(port, ownFile));
}

async function loadCore() {
  const address = new URL("../core/vma_inspector_bg.wasm", import.meta.url);
  const module = await WebAssembly.compile(await ownFile(address));
  await init({ module_or_path: module });
}

/** @param {Request} request */
async function answer(request) {
  const { id } = request;
  const abort = new AbortController();
  running.set(id, abort);
  const source = "archive" in request ? sourceOf(request.archive) : undefined;
  send({ id, kind: "accepted" });
  try {
    const broken = await core;
    if (broken) throw new RemoteError(broken);
    await source?.asked(request);
    const value = await perform(request, abort.signal);
    send({ id, kind: "result", value });
  } catch (error) {
    report(id, source ? source.told(error) : error);
  } finally {
    running.delete(id);
  }
  if ("archive" in request) await forgetIfChanged(request.archive);
}

/**
 * A kept scan that the file has been found to contradict serves no more.
 * @param {number} archive
 */
async function forgetIfChanged(archive) {
  const key = takeContradicted(archive);
  if (!key) return;
  await keptScans.forget(key);
  send({ id: null, kind: "changed", archive });
}

/**
 * @param {number} id
 * @param {unknown} error
 */
function report(id, error) {
  if (isFault(error)) {
    send({ id: null, kind: "fatal", message: failureOf(error).message });
    self.close();
    return;
  }
  send({ id, kind: "error", failure: failureOf(error) });
}

/**
 * The table gives each kind its own request; that `kind` and handler belong
 * together is more than types can say here.
 * @param {Request} request
 * @param {AbortSignal} signal
 */
function perform(request, signal) {
  const { id } = request;
  const handle = /** @type {import("../shared/messages.js").Handler<any>} */ (
    handlers[request.kind]
  );
  return handle(request, { signal, tell: (value) => send({ id, kind: "progress", value }) });
}

/** @param {import("../shared/messages.js").FromWorker} message */
function send(message) {
  self.postMessage(message);
}
