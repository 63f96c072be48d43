/**
 * The Service Worker: answers for the page's own files, each with the page's policy,
 * out of what it keeps of them; and turns `vma-inspector-save/<id>` into a download
 * that streams from the page's Worker. It touches no other request.
 */

/** @typedef {import("./shared/messages.js").Failure} Failure */
/** @typedef {import("./shared/messages.js").FromImage} FromImage */
/** @typedef {import("./shared/messages.js").FromSave} FromSave */
/** @typedef {import("./shared/messages.js").PageFiles} PageFiles */
/** @typedef {import("./shared/messages.js").Policy} Policy */
/** @typedef {import("./shared/messages.js").ToSave} ToSave */
/** @typedef {import("./shared/messages.js").ToServiceWorker} ToServiceWorker */
/** @typedef {Extract<ToServiceWorker, { kind: "save" }>} SaveOrder */

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

/** The build fills this line in, so that it differs wherever a file of the page does. */
const PAGE = /** @type {PageFiles} */ ({ version: "", headers: {}, types: {}, files: {} });

/** What is kept of this page, where others of the same origin have theirs; `stored.js` knows it. */
const KEPT_OF_PAGE = `vma-inspector-page ${scope.registration.scope} `;
const KEPT = KEPT_OF_PAGE + PAGE.version;
const SAVE_ADDRESS = /^vma-inspector-save\/([0-9a-f]{32})$/;

/** Chunks asked for ahead of the browser, so that reading and writing overlap. */
const CHUNKS_AHEAD = 2;
const PROGRESS_EVERY_MS = 100;
const PAGE_CHECK_EVERY_MS = 5000;

/**
 * One file on its way from the page's Worker to the browser's download.
 * Many fields: counters of one stream, each changed at another moment of it.
 */
class Save {
  /** @type {Uint8Array[]} arrived, not yet taken */
  #ready = [];
  #asked = 0;
  #arrived = 0;
  #taken = 0;
  #told = 0;
  #started = false;
  /** Whether everything has arrived. */
  #complete = false;
  #ended = false;
  #wake = () => {};
  /** @type {ReadableStreamDefaultController | null} */
  #controller = null;

  /**
   * @param {SaveOrder} order
   * @param {string} pageId
   */
  constructor(order, pageId) {
    this.order = order;
    this.pageId = pageId;
    order.image.onmessage = ({ data }) => this.#receive(data);
    order.control.onmessage = ({ data }) => {
      this.fail(/** @type {ToSave} */ (data).failure);
    };
    this.#tell({ kind: "registered" });
  }

  response() {
    this.#tell({ kind: "asked" });
    const { name, size } = this.order;
    return new Response(this.#stream(), {
      headers: {
        "Content-Type": "application/octet-stream",
        ...(size === null ? {} : { "Content-Length": String(size) }),
        "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        "X-Content-Type-Options": "nosniff",
        // In a frame of a page that is isolated nothing else is taken.
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
      },
    });
  }

  /**
   * Breaks the download off. Never closes the stream: a stream that ends early
   * without an error would look like a whole file.
   * @param {Failure} failure
   */
  fail(failure) {
    if (this.#ended) return;
    this.#controller?.error(new Error(failure.message));
    this.order.image.postMessage({ kind: "cancel" });
    this.#end({ kind: "failed", failure });
  }

  #stream() {
    return new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => this.#give(controller),
        cancel: () => this.#cancelledByBrowser(),
      },
      // Nothing waits in the stream, so what was pulled was taken.
      { highWaterMark: 0 },
    );
  }

  /** @param {ReadableStreamDefaultController} controller */
  async #give(controller) {
    if (!this.#started) this.#tell({ kind: "started" });
    this.#started = true;
    this.#askAhead();
    while (this.#ready.length === 0 && !this.#complete && !this.#ended) await this.#arrival();
    if (this.#ended) return;
    const chunk = this.#ready.shift();
    if (!chunk) {
      controller.close();
      this.#end({ kind: "done", bytes: this.#taken });
      return;
    }
    controller.enqueue(chunk);
    this.#taken += chunk.length;
    this.#asked -= 1;
    this.#askAhead();
    this.#tellTaken();
  }

  #askAhead() {
    for (; this.#asked < CHUNKS_AHEAD; this.#asked += 1) {
      this.order.image.postMessage({ kind: "pull" });
    }
  }

  #arrival() {
    return new Promise((resolve) => {
      this.#wake = () => resolve(undefined);
    });
  }

  /** @param {FromImage} message */
  #receive(message) {
    if (message.kind === "failed") {
      this.fail(message.failure);
      return;
    }
    const { size } = this.order;
    if (message.kind === "end") this.#complete = true;
    else this.#take(message.bytes);
    if (size !== null && (this.#arrived > size || (this.#complete && this.#arrived < size))) {
      this.fail(broken(`${this.#arrived} bytes came, and should be ${size}`));
    }
    this.#wake();
  }

  /** @param {Uint8Array} bytes */
  #take(bytes) {
    this.#arrived += bytes.length;
    this.#ready.push(bytes);
  }

  #cancelledByBrowser() {
    this.order.image.postMessage({ kind: "cancel" });
    this.#end({ kind: "cancelled-by-browser" });
  }

  /** @param {FromSave} last */
  #end(last) {
    if (this.#ended) return;
    this.#ended = true;
    this.#ready = [];
    saves.delete(this.order.id);
    this.#tell(last);
    this.#wake();
  }

  #tellTaken() {
    const now = performance.now();
    if (now - this.#told < PROGRESS_EVERY_MS) return;
    this.#told = now;
    this.#tell({ kind: "taken", bytes: this.#taken });
  }

  /** @param {FromSave} message */
  #tell(message) {
    this.order.control.postMessage(message);
  }
}

/** @type {Map<string, Save>} */
const saves = new Map();
/** @type {ReturnType<typeof setInterval> | undefined} */
let pageCheck;

scope.addEventListener("install", (event) => event.waitUntil(keepPage()));
scope.addEventListener("activate", (event) => event.waitUntil(takeCharge()));

scope.addEventListener("message", (event) => {
  const message = /** @type {ToServiceWorker} */ (event.data);
  const page = /** @type {Client} */ (event.source);
  if (message.kind === "save") begin(message, page);
  else if (message.kind === "ping") answerPing(message.ids, page);
  else if (message.kind === "may-hand-over") message.reply.postMessage(saves.size === 0);
  else if (message.kind === "policy") event.waitUntil(tellPolicy(message.reply));
  else event.waitUntil(scope.skipWaiting());
});

// Other programs may live at this origin, now or later: what is not the page's,
// letter for letter, goes to the server as if nobody were here.
scope.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const [address = ""] = url.split("#");
  if (method !== "GET" || !address.startsWith(scope.registration.scope)) return;
  const name = address.slice(scope.registration.scope.length) || "index.html";
  const [, id] = SAVE_ADDRESS.exec(name) ?? [];
  if (Object.hasOwn(PAGE.files, name)) event.respondWith(ownFile(name));
  else if (id !== undefined && mode === "navigate") event.respondWith(download(saves.get(id)));
});

/** Keeps every file of this version, or fails: a page of two versions is none. */
async function keepPage() {
  const kept = await caches.open(KEPT);
  try {
    await Promise.all(
      Object.keys(PAGE.files).map(async (name) => kept.put(addressOf(name), await fetched(name))),
    );
  } catch (error) {
    await caches.delete(KEPT);
    throw error;
  }
}

/** Former versions go, and windows that are open are this one's. */
async function takeCharge() {
  for (const name of await caches.keys()) {
    if (name.startsWith(KEPT_OF_PAGE) && name !== KEPT) await caches.delete(name);
  }
  await scope.clients.claim();
}

/** @param {string} name */
async function ownFile(name) {
  const isKept = await caches.has(KEPT);
  // Nothing is kept anew after a person has removed it.
  if (!isKept) return fetched(name);
  return (await (await caches.open(KEPT)).match(addressOf(name))) ?? fetched(name);
}

/** @param {string} name */
function addressOf(name) {
  return scope.registration.scope + (name === "index.html" ? "" : name);
}

/**
 * A file of this version from the server, with our headers instead of its own.
 * @param {string} name
 */
async function fetched(name) {
  // What the browser has just loaded will do, unless it is of another version.
  for (const cache of /** @type {const} */ (["default", "reload"])) {
    const answer = await fetch(addressOf(name), { cache });
    const bytes = await answer.arrayBuffer();
    if (answer.ok && (await hashOf(bytes)) === PAGE.files[name]) return withHeaders(name, bytes);
  }
  throw new Error(`${name} is not that of this version`);
}

/** @param {ArrayBuffer} bytes */
async function hashOf(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  // As much of it as the build has written down.
  return btoa(String.fromCharCode(...hash.subarray(0, 9)));
}

/**
 * @param {string} name
 * @param {ArrayBuffer} bytes
 */
function withHeaders(name, bytes) {
  const type = PAGE.types[name.slice(name.lastIndexOf("."))] ?? "application/octet-stream";
  const length = String(bytes.byteLength);
  return new Response(bytes, {
    headers: { ...PAGE.headers, "Content-Type": type, "Content-Length": length },
  });
}

/**
 * What `policy.js` finds out elsewhere: a Service Worker has the policy that its own
 * script came with, which nobody but the server can send.
 * @param {MessagePort} reply
 */
async function tellPolicy(reply) {
  const told = new Promise((resolve) => {
    scope.addEventListener("securitypolicyviolation", (event) => {
      const { originalPolicy } = /** @type {SecurityPolicyViolationEvent} */ (event);
      resolve(/(^|;)\s*connect-src 'self'\s*(;|$)/.test(originalPolicy) ? "own-origin" : "unknown");
    });
  });
  const isStopped = await fetch("data:,vma-inspector-policy-check").then(
    () => false,
    () => true,
  );
  const silent = new Promise((resolve) => setTimeout(() => resolve("unknown"), 2000));
  const policy = /** @type {Policy} */ (isStopped ? await Promise.race([told, silent]) : "none");
  reply.postMessage(policy);
}

/**
 * The download; where there is none, or it cannot be made, "no content", which leaves the
 * frame as it is.
 * @param {Save | undefined} save
 */
function download(save) {
  try {
    if (save) return save.response();
  } catch (error) {
    save?.fail(broken(String(error)));
  }
  return new Response(null, { status: 204 });
}

/**
 * @param {SaveOrder} order
 * @param {Client} page
 */
function begin(order, page) {
  saves.set(order.id, new Save(order, page.id));
  pageCheck ??= setInterval(failOrphans, PAGE_CHECK_EVERY_MS);
}

/**
 * @param {string[]} ids
 * @param {Client} page
 */
function answerPing(ids, page) {
  const unknown = ids.filter((id) => !saves.has(id));
  if (unknown.length > 0) page.postMessage({ kind: "unknown-saves", ids: unknown });
}

/** Without its page nothing feeds a download any more; it would hang for ever. */
async function failOrphans() {
  for (const save of [...saves.values()]) {
    if (!(await scope.clients.get(save.pageId))) save.fail(broken("the page was closed"));
  }
  if (saves.size === 0) {
    clearInterval(pageCheck);
    pageCheck = undefined;
  }
}

/**
 * @param {string} message
 * @returns {Failure}
 */
function broken(message) {
  return { code: "save-broken", message, part: null, offset: null };
}
