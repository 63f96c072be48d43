/** What of the page is loaded only when a person asks for it. */
import { namedIn } from "./page/named.js";
import { Waiting } from "./page/waiting.js";
import { isRefusedImage, WORKER_DIED } from "./shared/codes.js";
import { failure, failureOf } from "./shared/failure.js";
import { loadLater } from "./words/catalogue.js";

/** @typedef {import("./page/model.js").PageEvent} PageEvent */
/** @typedef {import("./page/model.js").Send} Send */
/** @typedef {import("./page/model.js").State} State */
/** @typedef {import("./page/waiting.js").View} View */
/**
 * @typedef {object} Own what it works with
 * @property {import("./page/worker-client.js").WorkerClient} worker
 * @property {Send} send
 * @property {() => State} state
 * @property {() => void} redraw draws all, soon
 */

/** What the list of many backups begins with. @type {readonly PageEvent["type"][]} */
const LISTING = ["backups-wanted", "backups-dropped", "backups-chosen", "backups-on-server"];

/**
 * A view that is loaded when it is first to be drawn with a backup open.
 * @param {() => Promise<(send: Send) => View>} load
 * @param {() => void} redraw once it is there
 * @returns {(send: Send) => View}
 */
export function laterView(load, redraw) {
  return (send) => {
    /** @type {View | null} */
    let view = null;
    let isLoading = false;
    return (state) => {
      if (view) return view(state);
      if (isLoading || state.archive === null) return;
      isLoading = true;
      load()
        .then((made) => {
          view = made(send);
          redraw();
        })
        // It is tried again when it is drawn the next time.
        .catch(() => (isLoading = false));
    };
  };
}

export class Later {
  #own;
  #listing;
  #recent;
  /** What the page's address named last. @type {string | null} */
  #named = null;

  /** @param {Own} own */
  constructor(own) {
    this.#own = own;
    const { worker, send, state, redraw } = own;
    this.#listing = new Waiting(() => load(worker, send, state), redraw);
    this.#recent = new Waiting(() => loadRecent(send, state), redraw);
  }

  /** @param {PageEvent} event */
  handle(event) {
    if (event.type === "report-text-wanted") this.#giveReportText(event.how);
    if (event.type === "sample-wanted") this.#openSample();
    // The page goes on without them.
    if (event.type === "recent-wanted" && event.wanted) this.#recent.want().catch(() => {});
    if (LISTING.includes(event.type)) this.#wantListing();
    for (const part of [this.#listing, this.#recent]) part.handle(event, this.#own.state());
  }

  /** @param {State} state */
  draw(state) {
    this.#listing.draw(state);
    this.#recent.draw(state);
  }

  /** Opens what the address of the page names, now and when it names something else. */
  begin() {
    addEventListener("hashchange", () => this.#openNamed());
    this.#openNamed();
  }

  /** A backup on the page's own server, or a folder of them. */
  async #openNamed() {
    const address = namedIn(location.hash);
    if (address === null || address === this.#named) return;
    this.#named = address;
    const { send } = this.#own;
    if (address.endsWith("/")) return send({ type: "backups-on-server", address });
    try {
      const [{ remoteFile }] = await Promise.all([import("./parts-later.js"), loadLater()]);
      send({ type: "file-chosen", file: await remoteFile(address) });
    } catch (error) {
      send({ type: "drop-refused", failure: failureOf(error) });
    }
  }

  async #openSample() {
    const { send } = this.#own;
    try {
      const { sampleFile } = await import("./parts-later.js");
      send({ type: "file-chosen", file: await sampleFile() });
    } catch (error) {
      send({ type: "drop-refused", failure: failure("core-unavailable", String(error)) });
    }
  }

  /** @param {"copy" | "save"} how */
  async #giveReportText(how) {
    const { worker, send, state } = this.#own;
    try {
      const [{ giveReportText }] = await Promise.all([import("./parts-later.js"), loadLater()]);
      await giveReportText(worker, send, state(), how);
    } catch (error) {
      const told = failureOf(error);
      if (told.code !== WORKER_DIED) send({ type: "drop-refused", failure: told });
    }
  }

  async #wantListing() {
    try {
      await this.#listing.want();
    } catch (error) {
      this.#own.send({
        type: "drop-refused",
        failure: failure("core-unavailable", String(error)),
      });
    }
  }
}

/**
 * @param {import("./page/worker-client.js").WorkerClient} worker
 * @param {import("./page/model.js").Send} send
 * @param {() => State} state
 */
async function load(worker, send, state) {
  const [{ listing }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return listing(worker, send, state);
}

/**
 * @param {import("./page/model.js").Send} send
 * @param {() => State} state
 */
async function loadRecent(send, state) {
  const [{ recentFiles }] = await Promise.all([import("./parts-later.js"), loadLater()]);
  return recentFiles(send, state);
}

/**
 * Why a file is not opened, in words that are loaded now; null where they cannot be, or
 * none of them say it.
 * @param {import("./shared/messages.js").Failure} failure
 */
export async function sentenceFor(failure) {
  if (!failure.foreign && !isRefusedImage(failure.code)) return null;
  try {
    const [{ refusalSentence }] = await Promise.all([import("./parts-later.js"), loadLater()]);
    return refusalSentence(failure);
  } catch {
    return null;
  }
}
