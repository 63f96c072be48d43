/** What events set in motion: requests to the Worker, scans, saves. */
import { failure, RemoteError, toFailure } from "./failure.js";
import { imageName } from "./names.js";
import { Meter } from "./rate.js";
import { isLive } from "./state.js";
import { missingBytes } from "./verdict.js";

/** @typedef {import("./messages.js").Failure} Failure */
/** @typedef {import("./messages.js").FromSave} FromSave */
/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").Send} Send */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("./saver.js").Saver} Saver */
/** @typedef {import("./worker-client.js").WorkerClient} WorkerClient */

export const FINDINGS_PER_PAGE = 50;
const KEEPING = "keep-scans";

export class Actions {
  #worker;
  #send;
  #state;
  /** @type {Saver | null} */
  #saver = null;
  /** @type {File | null} of the archive that is shown */
  #file = null;
  /** @type {{ archive: number, abort: AbortController } | null} */
  #scan = null;
  #openings = 0;
  /** @type {Map<string, AbortController>} */
  #images = new Map();

  /**
   * @param {WorkerClient} worker
   * @param {Send} send
   * @param {() => State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  /** @param {Saver} saver */
  allowSaving(saver) {
    this.#saver = saver;
  }

  /**
   * @param {PageEvent} event
   * @param {State} before the state that the event met
   */
  handle(event, before) {
    switch (event.type) {
      case "file-chosen":
        return this.#open(event.file, event.fresh ?? false);
      case "scan-stop-wanted":
        return this.#stopScan();
      case "scan-continue-wanted":
        return this.#startScan(false);
      case "scan-again-wanted":
        return this.#file && this.#send({ type: "file-chosen", file: this.#file, fresh: true });
      case "keeping-wanted":
        return this.#setKeeping(event.wanted);
      case "forget-kept-wanted":
        return this.#countKept("forgetKept");
      case "config-wanted":
        return this.#fetchConfig(event.index);
      case "findings-wanted":
        return this.#fetchFindings(event.code, event.from);
      case "save-wanted":
        return this.#saveUnlessAsked(event.deviceId);
      case "save-confirmed":
        return before.question && this.#save(before.question.deviceId);
      case "save-cancel-wanted":
        return this.#cancelSave(event.id);
      case "scan-finished":
      case "scan-stopped":
        return this.#refreshFindings();
      case "worker-died":
        return this.#failSaves(event.failure);
    }
  }

  /**
   * @param {File} file
   * @param {boolean} fresh whether a scan that was kept is passed by
   */
  async #open(file, fresh) {
    this.#openings += 1;
    const opening = this.#openings;
    const former = this.#state().archive;
    this.#stopScan();
    const facts = { name: file.name, size: file.size };
    try {
      const archive = await this.#worker.request("open", { file });
      if (opening !== this.#openings) return this.#close(archive.archive);
      if (former) this.#close(former.id);
      this.#file = file;
      this.#send({ type: "opened", file: facts, archive });
      this.#startScan(fresh);
    } catch (error) {
      const told = failureOf(error);
      if (opening !== this.#openings || told.code === "worker-died") return;
      this.#send({ type: "open-failed", file: facts, failure: told });
    }
  }

  /** @param {number} archive */
  #close(archive) {
    this.#worker.request("close", { archive }).catch(ignore);
  }

  #stopScan() {
    this.#scan?.abort.abort();
    this.#scan = null;
  }

  /** @param {boolean} fresh */
  async #startScan(fresh) {
    const { archive: shown } = this.#state();
    if (!shown || this.#scan) return;
    const { id: archive, file } = shown;
    const abort = new AbortController();
    this.#scan = { archive, abort };
    this.#send({ type: "scan-started", archive });
    const meter = new Meter(file.size, shown.scan.progress?.fileBytes ?? 0, performance.now());
    try {
      const update = await this.#worker.request(
        "scan",
        { archive, keep: this.#state().keeping.wanted, fresh },
        {
          signal: abort.signal,
          onProgress: (update) => {
            const pace = meter.measure(update.progress.fileBytes, performance.now());
            this.#send({ type: "scan-progressed", archive, update, pace });
          },
        },
      );
      this.#scan = null;
      this.#send({ type: "scan-finished", archive, update });
      this.#countKept("keptUsage");
    } catch (error) {
      if (this.#scan?.abort === abort) this.#scan = null;
      if (abort.signal.aborted) this.#send({ type: "scan-stopped", archive });
      else this.#send({ type: "scan-failed", archive, failure: failureOf(error) });
    }
  }

  /** Takes up what the person chose the last time. */
  recallKeeping() {
    const wanted = remembered(KEEPING) !== "off";
    this.#send({ type: "keeping-wanted", wanted });
  }

  /** @param {boolean} wanted */
  #setKeeping(wanted) {
    remember(KEEPING, wanted ? "on" : "off");
    this.#countKept(wanted ? "keptUsage" : "forgetKept");
  }

  /** @param {"keptUsage" | "forgetKept"} how */
  #countKept(how) {
    this.#worker
      .request(how, {})
      .then((usage) => this.#send({ type: "kept-counted", usage }))
      .catch(ignore);
  }

  /** @param {number} index */
  async #fetchConfig(index) {
    const archive = this.#state().archive?.id;
    if (archive === undefined) return;
    const content = await this.#worker.request("config", { archive, index }).then(
      (bytes) => ({ bytes, failure: null }),
      (error) => ({ bytes: null, failure: failureOf(error) }),
    );
    this.#send({ type: "config-arrived", archive, index, content });
  }

  /**
   * @param {string} code
   * @param {number} from
   */
  async #fetchFindings(code, from) {
    const archive = this.#state().archive?.id;
    if (archive === undefined) return;
    const ask = { archive, code, from, count: FINDINGS_PER_PAGE };
    const answer = await this.#worker.request("findings", ask).then(
      (items) => ({ items, failure: null }),
      (error) => ({ items: [], failure: failureOf(error) }),
    );
    this.#send({ type: "findings-arrived", archive, code, from, ...answer });
  }

  /** The lists that are open have grown in the meantime. */
  #refreshFindings() {
    for (const [code, { wanted }] of this.#state().archive?.findings ?? []) {
      this.#fetchFindings(code, wanted);
    }
  }

  /** @param {number} deviceId */
  #saveUnlessAsked(deviceId) {
    const { archive } = this.#state();
    if (archive && missingBytes(archive, deviceId) === 0) this.#save(deviceId);
  }

  /** @param {number} deviceId */
  async #save(deviceId) {
    const { archive } = this.#state();
    const device = archive?.overview.devices.find(({ id }) => id === deviceId);
    if (!archive || !device || !this.#saver) return;
    const id = crypto.randomUUID();
    const fileName = imageName(archive.file.name, device.safeName);
    try {
      const size = await this.#worker.request("imageSize", { archive: archive.id, deviceId });
      this.#send({
        type: "save-started",
        save: {
          id,
          archive: archive.id,
          deviceId,
          deviceName: device.name,
          fileName,
          size,
          missing: missingBytes(archive, deviceId),
          lost: null,
          taken: 0,
          pace: null,
          phase: "starting",
          failure: null,
        },
      });
      this.#startSave({ id, archive: archive.id, deviceId, fileName, size });
    } catch (error) {
      this.#send({ type: "drop-refused", failure: failureOf(error) });
    }
  }

  /** @param {{ id: string, archive: number, deviceId: number, fileName: string, size: number }} save */
  #startSave({ id, archive, deviceId, fileName, size }) {
    const { port1, port2 } = new MessageChannel();
    const abort = new AbortController();
    this.#images.set(id, abort);
    this.#worker
      .request(
        "image",
        { archive, deviceId, size, port: port1 },
        { signal: abort.signal, transfer: [port1] },
      )
      .then((served) => this.#send({ type: "save-read", id, archive, deviceId, served }))
      .catch((error) => this.#imageFailed(id, error));
    const onMessage = this.#follower(id, size);
    this.#saver?.start({ id, name: fileName, size, image: port2, onMessage });
  }

  /**
   * @param {string} id
   * @param {number} size
   */
  #follower(id, size) {
    const meter = new Meter(size, 0, performance.now());
    /** @param {FromSave} message */
    return (message) => {
      if (message.kind === "taken") {
        const pace = meter.measure(message.bytes, performance.now());
        this.#send({ type: "save-progressed", id, taken: message.bytes, pace });
      } else if (message.kind === "started") {
        this.#send({ type: "save-progressed", id, taken: 0, pace: null });
      } else if (message.kind !== "registered") {
        this.#endSave(id, message);
      }
    };
  }

  /**
   * @param {string} id
   * @param {Extract<FromSave, { kind: "done" | "failed" | "cancelled-by-browser" }>} last
   */
  #endSave(id, last) {
    // Of a whole image the Worker may yet say what was lost in it.
    if (last.kind === "done") this.#images.delete(id);
    else this.#releaseImage(id);
    if (last.kind === "done") this.#send({ type: "save-ended", id, phase: "done" });
    else if (last.kind === "failed") {
      this.#send({ type: "save-failed", id, failure: last.failure });
    } else this.#send({ type: "save-ended", id, phase: "refused" });
  }

  /**
   * @param {string} id
   * @param {unknown} error
   */
  #imageFailed(id, error) {
    const told = failureOf(error);
    if (!this.#images.has(id) || told.code === "aborted") return;
    this.#send({ type: "save-failed", id, failure: told });
    this.#breakOff(id, told);
  }

  /** @param {string} id */
  #cancelSave(id) {
    this.#send({ type: "save-ended", id, phase: "cancelled" });
    this.#breakOff(id, failure("aborted", "cancelled on the page"));
  }

  /** @param {Failure} told */
  #failSaves(told) {
    for (const { id } of this.#state().saves.filter(isLive)) {
      this.#send({ type: "save-failed", id, failure: told });
      this.#breakOff(id, told);
    }
  }

  /**
   * @param {string} id
   * @param {Failure} why
   */
  #breakOff(id, why) {
    this.#saver?.cancel(id, why);
    this.#releaseImage(id);
  }

  /** @param {string} id */
  #releaseImage(id) {
    const abort = this.#images.get(id);
    this.#images.delete(id);
    abort?.abort();
  }
}

/** @param {unknown} error */
function failureOf(error) {
  return error instanceof RemoteError ? error.failure : toFailure(error);
}

function ignore() {}

/**
 * Storage may be forbidden; then nothing is remembered.
 * @param {string} key
 */
function remembered(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} value
 */
function remember(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // It counts until the page is closed.
  }
}
