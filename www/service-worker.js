/**
 * The Service Worker: turns `save/<id>` into a download that streams
 * from the page's Worker. It touches no other request and keeps no copies.
 */

/** @typedef {import("./shared/messages.js").Failure} Failure */
/** @typedef {import("./shared/messages.js").FromImage} FromImage */
/** @typedef {import("./shared/messages.js").FromSave} FromSave */
/** @typedef {import("./shared/messages.js").ToSave} ToSave */
/** @typedef {import("./shared/messages.js").ToServiceWorker} ToServiceWorker */
/** @typedef {Extract<ToServiceWorker, { kind: "save" }>} SaveOrder */

const scope = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

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
    const { name, size } = this.order;
    return new Response(this.#stream(), {
      headers: {
        "Content-Type": "application/octet-stream",
        ...(size === null ? {} : { "Content-Length": String(size) }),
        "Content-Disposition": `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        "X-Content-Type-Options": "nosniff",
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

scope.addEventListener("activate", (event) => event.waitUntil(scope.clients.claim()));

scope.addEventListener("message", (event) => {
  const message = /** @type {ToServiceWorker} */ (event.data);
  const page = /** @type {Client} */ (event.source);
  if (message.kind === "save") begin(message, page);
  else if (message.kind === "ping") answerPing(message.ids, page);
  else if (message.kind === "may-hand-over") message.reply.postMessage(saves.size === 0);
  else event.waitUntil(scope.skipWaiting());
});

scope.addEventListener("fetch", (event) => {
  const prefix = new URL("save/", scope.registration.scope).pathname;
  const { origin, pathname } = new URL(event.request.url);
  if (origin !== scope.location.origin || !pathname.startsWith(prefix)) return;
  event.respondWith(answer(saves.get(pathname.slice(prefix.length))));
});

/**
 * The download; where there is none, or it cannot be made, "no content", which
 * leaves the page where it is.
 * @param {Save | undefined} save
 */
function answer(save) {
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
