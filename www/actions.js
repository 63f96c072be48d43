/** What events set in motion: requests to the Worker, scans, saves. */
import { sentenceFor } from "./later.js";
import { ABORTED, isRefusedImage, WINDOW_TOO_LARGE, WORKER_DIED } from "./shared/codes.js";
import { failure, failureOf } from "./shared/failure.js";
import { isScanned } from "./shared/scan-phase.js";
import { remember, remembered } from "./shared/settings.js";
import { FORMAT, KEEPING, RECENT, RECENT_DATABASE } from "./shared/stored.js";
import { baseName, configName } from "./page/names.js";
import { Meter } from "./page/rate.js";
import { saveSmallFile } from "./page/save-blob.js";
import { Beside } from "./page/saving/beside.js";
import { Hashes } from "./page/saving/hashes.js";
import { waitingForScan } from "./page/saving/queue.js";
import { SaveRunner } from "./page/saving/runner.js";
import { rememberedFormat } from "./page/settings.js";
import { removeDatabase } from "./page/stored.js";
import { FINDINGS_PER_PAGE } from "./page/state.js";

/** @typedef {import("./page/model.js").PageEvent} PageEvent */
/** @typedef {import("./page/model.js").Send} Send */
/** @typedef {import("./page/model.js").State} State */
/** @typedef {import("./page/worker-client.js").WorkerClient} WorkerClient */
/** @typedef {import("./shared/remote.js").RemoteFile} RemoteFile */
/** @typedef {Pick<import("./shared/messages.js").JoinedFile, "names" | "joints">} Joined */

export class Actions {
  #worker;
  #send;
  #state;
  /** @type {File | RemoteFile | null} of the archive that is shown */
  #file = null;
  /** Files that were put together, with what from. @type {WeakMap<object, Joined>} */
  #joined = new WeakMap();
  /** @type {{ archive: number, abort: AbortController } | null} */
  #scan = null;
  #openings = 0;
  #hashes;
  #beside;

  /**
   * @param {WorkerClient} worker
   * @param {Send} send
   * @param {() => State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
    this.#hashes = new Hashes(worker, send, state);
    this.#beside = new Beside(worker, send, state);
    this.saves = new SaveRunner({
      worker,
      send,
      state,
      hashes: this.#hashes,
      beside: this.#beside,
      scanForSaves: () => this.#scanForSaves(),
      scanOn: () => this.#startScan({}),
    });
  }

  /**
   * @param {PageEvent} event
   * @param {State} before the state that the event met
   */
  handle(event, before) {
    switch (event.type) {
      case "file-chosen":
        return this.#open(event);
      case "files-chosen":
        return this.#join(event.files);
      case "backups-listed":
      case "backups-back":
        return this.#leave(before);
      case "scan-stop-wanted":
        return this.#stopScan();
      case "scan-continue-wanted":
        return this.#startScan({});
      case "scan-again-wanted":
        return this.#file && this.#send({ type: "file-chosen", file: this.#file, fresh: true });
      case "as-raw-wanted":
        return this.#file && this.#send({ type: "file-chosen", file: this.#file, asRaw: true });
      case "scan-contradicted":
        return this.#openAnew(event.archive);
      case "keeping-wanted":
        return this.#setKeeping(event.wanted);
      case "recent-wanted":
        return this.#setRecent(event.wanted);
      case "forget-kept-wanted":
        return this.#countKept("forgetKept");
      case "format-chosen":
        return remember(FORMAT, event.format);
      case "config-save-wanted":
        return this.#saveConfig(event.index);
      case "config-wanted":
        return this.#fetchConfig(event.index);
      case "findings-wanted":
        return this.#fetchFindings(event.code, event.from);
      case "size-wanted":
        return this.#assumeSize(event.deviceId, event.bytes);
      case "scan-finished":
        this.#refreshFindings();
        return this.#finishScan(event.archive);
      case "scan-stopped":
        return this.#refreshFindings();
      case "elsewhere-chosen":
        return this.#fetchElsewhere();
      case "worker-ended":
        return this.saves.failAll(event.failure);
      default:
        return this.#handleSaving(event, before);
    }
  }

  /**
   * @param {PageEvent} event
   * @param {State} before
   */
  #handleSaving(event, before) {
    const { archive } = this.#state();
    switch (event.type) {
      case "save-wanted":
        return this.saves.intake.disk(event.deviceId);
      case "one-pass-wanted":
        return this.saves.intake.inOnePass(event.deviceId);
      case "all-wanted":
        return this.saves.intake.all();
      case "appliance-wanted":
        return this.saves.intake.appliance();
      case "files-wanted": {
        const { volume, chosen, form } = event;
        return this.saves.intake.files({ kind: "files", volume, chosen, form });
      }
      case "folder-wanted":
        return this.saves.intake.folder(event.deviceIds, event.configs);
      case "save-confirmed":
        return before.question && this.#confirm(before.question, event);
      case "save-declined":
        return before.question && this.saves.answer(before.question, false, false, "as-it-is");
      case "save-cancel-wanted":
        return this.saves.cancel(event.id);
      case "save-let":
        return this.saves.let(event.id);
      case "map-wanted":
        return archive && this.#beside.saveMap(archive, event.deviceId);
      case "hash-wanted":
        return archive && this.#hashes.start(archive.id, event.deviceId, "as-it-is");
      case "hash-cancel-wanted":
        return archive && this.#hashes.cancel(archive.id, event.deviceId);
    }
  }

  /**
   * @param {string} id
   * @param {Extract<PageEvent, { type: "save-confirmed" }>} how
   */
  #confirm(id, { marked, doubt }) {
    this.saves.answer(id, true, marked, doubt);
  }

  /** @param {number} archive */
  async #finishScan(archive) {
    await this.#fetchFormats();
    this.#fetchElsewhere();
    this.saves.scanFinished(archive);
    this.#fetchBeginnings();
  }

  /**
   * Opens the file that these are the parts of.
   * @param {File[]} files
   */
  async #join(files) {
    this.#openings += 1;
    const opening = this.#openings;
    try {
      const joined = await this.#worker.request("join", { files });
      if (opening !== this.#openings) return;
      if (!joined) return this.#send({ type: "drop-refused", failure: failure("several-files") });
      const { file, names, joints } = joined;
      this.#joined.set(file, { names, joints });
      this.#send({ type: "file-chosen", file });
    } catch (error) {
      const told = failureOf(error);
      if (opening !== this.#openings || told.code === WORKER_DIED) return;
      this.#send({ type: "drop-refused", failure: told });
    }
  }

  /**
   * What is open is closed, and what was being opened is not wanted any more.
   * @param {State} before
   */
  #leave({ archive }) {
    this.#openings += 1;
    this.#stopScan();
    if (archive) this.#close(archive.id);
    this.#file = null;
  }

  /** @param {Extract<PageEvent, { type: "file-chosen" }>} event */
  async #open({ file, fresh = false, changedSince = null, ...how }) {
    const { largeWindow = false, asRaw = false } = how;
    this.#openings += 1;
    const opening = this.#openings;
    const former = this.#state().archive;
    this.#stopScan();
    const { name, size } = file;
    const facts = { name, size, ...("address" in file && { address: file.address }) };
    try {
      const archive = await this.#worker.request("open", {
        file,
        largeWindow,
        as: asRaw ? "raw" : "any",
      });
      if (opening !== this.#openings) return this.#close(archive.archive);
      if (former) this.#close(former.id);
      this.#file = file;
      const parts = this.#joined.get(file) ?? null;
      this.#send({ type: "opened", file: facts, parts, archive, changedSince });
      this.#startScan({ fresh });
    } catch (error) {
      const told = failureOf(error);
      if (opening !== this.#openings || told.code === WORKER_DIED) return;
      const again = againAs(told.code, how);
      const sentence = await sentenceFor(told);
      if (opening !== this.#openings) return;
      this.#send({
        type: "open-failed",
        file: facts,
        failure: told,
        again: again && { file, ...again },
        sentence,
      });
    }
  }

  /**
   * Nothing that a kept scan said counts any more.
   * @param {number} id of the archive
   */
  #openAnew(id) {
    const { archive } = this.#state();
    if (archive?.id !== id || archive.scan.phase !== "kept" || !this.#file) return;
    const changedSince = archive.scan.scannedAt;
    this.#send({ type: "file-chosen", file: this.#file, fresh: true, changedSince });
  }

  /** @param {number} archive */
  #close(archive) {
    this.#worker.request("close", { archive }).catch(ignore);
  }

  /** Scans from the beginning, for the saves that wait for it. */
  #scanForSaves() {
    this.#stopScan();
    this.#startScan({ forSaves: true });
  }

  #stopScan() {
    this.#scan?.abort.abort();
    this.#scan = null;
  }

  /** @param {{ fresh?: boolean, forSaves?: boolean }} how as the Worker takes it */
  async #startScan({ fresh = false, forSaves = false }) {
    const { archive: shown } = this.#state();
    if (!shown || this.#scan) return;
    const { id: archive, file } = shown;
    const abort = new AbortController();
    this.#scan = { archive, abort };
    this.#send({ type: "scan-started", archive });
    const begun = forSaves ? 0 : (shown.scan.progress?.fileBytes ?? 0);
    const meter = new Meter(file.size, begun, performance.now());
    try {
      const update = await this.#worker.request(
        "scan",
        { archive, keep: this.#state().keeping.wanted, fresh, forSaves },
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
      // Another one may have taken its place.
      if (this.#scan?.archive === archive) return;
      const told = failureOf(error);
      const isStopped = abort.signal.aborted || told.code === ABORTED;
      if (!isStopped) return this.#send({ type: "scan-failed", archive, failure: told });
      this.#send({ type: "scan-stopped", archive });
      const { archive: still, saves } = this.#state();
      const isWanted = still?.id === archive && waitingForScan(saves, archive).length > 0;
      // Its server was spared, until somebody wants more of it.
      if (isWanted && !abort.signal.aborted) this.#startScan({});
    }
  }

  /** Takes up what the person chose the last time. */
  recall() {
    const format = rememberedFormat();
    if (format !== null) this.#send({ type: "format-chosen", format });
    const wanted = remembered(KEEPING) !== "off";
    this.#send({ type: "keeping-wanted", wanted });
    if (remembered(RECENT) === "on") this.#send({ type: "recent-wanted", wanted });
  }

  /** @param {boolean} wanted */
  #setKeeping(wanted) {
    remember(KEEPING, wanted ? "on" : "off");
    this.#countKept(wanted ? "keptUsage" : "forgetKept");
    if (!wanted && remembered(RECENT) === "on") this.#setRecent(false);
  }

  /** @param {boolean} wanted */
  #setRecent(wanted) {
    remember(RECENT, wanted ? "on" : "off");
    if (!wanted) removeDatabase(RECENT_DATABASE).catch(ignore);
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

  /** @param {number} index */
  async #saveConfig(index) {
    const { archive } = this.#state();
    const config = archive?.overview.configs.find((each) => each.index === index);
    if (!archive || !config) return;
    if (!archive.configs.get(index)?.bytes) await this.#fetchConfig(index);
    const { bytes = null, failure: why = null } = this.#state().archive?.configs.get(index) ?? {};
    if (bytes) {
      const name = configName(archive.file.name, config.safeName);
      saveSmallFile(name, /** @type {Uint8Array<ArrayBuffer>} */ (bytes));
    } else if (why) this.#send({ type: "drop-refused", failure: why });
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

  /**
   * @param {number} deviceId
   * @param {number} bytes
   */
  async #assumeSize(deviceId, bytes) {
    const archive = this.#state().archive?.id;
    if (archive === undefined) return;
    const report = await this.#worker.request("assumeSize", { archive, deviceId, bytes });
    this.#send({ type: "size-taken", archive, report });
    this.#refreshFindings();
    await this.#fetchFormats();
    this.#fetchElsewhere();
  }

  /** The lists that are open have grown in the meantime. */
  #refreshFindings() {
    for (const [code, { wanted }] of this.#state().archive?.findings ?? []) {
      this.#fetchFindings(code, wanted);
    }
  }

  /** Of every disk, how it can be written and how large it is then. */
  async #fetchFormats() {
    const { archive } = this.#state();
    for (const { id: deviceId } of archive?.overview.devices ?? []) {
      const ask = { archive: archive?.id ?? 0, deviceId };
      const known = await this.#worker.request("formats", ask).catch(() => null);
      if (known) this.#send({ type: "formats-arrived", ...ask, ...known });
    }
  }

  /** Of every disk, whether it begins like a file of another format. */
  async #fetchBeginnings() {
    const { archive } = this.#state();
    for (const { id: deviceId } of archive?.overview.devices ?? []) {
      const ask = { archive: archive?.id ?? 0, deviceId };
      const beginsLike = await this.#worker.request("beginsLike", ask).catch(() => null);
      if (beginsLike) this.#send({ type: "beginning-arrived", ...ask, beginsLike });
    }
  }

  /** The VM for other programs, as was chosen. */
  async #fetchElsewhere() {
    const { archive: shown } = this.#state();
    if (!shown || !isScanned(shown.scan)) return;
    const { id: archive, elsewhere, file } = shown;
    const { keepsMacs, compressed, format } = elsewhere;
    const stem = baseName(file.name);
    try {
      const [facts, texts] = await Promise.all([
        this.#worker.request("appliance", { archive, keepsMacs, compressed }),
        this.#worker.request("machineTexts", { archive, keepsMacs, format, stem }),
      ]);
      this.#send({ type: "elsewhere-arrived", archive, facts, texts });
    } catch {
      // Without them the page shows nothing of this.
    }
  }
}

/**
 * How a file may open that did not; null where nothing else is left to be tried.
 * @param {string} code of the failure
 * @param {{ largeWindow?: boolean, asRaw?: boolean }} how it was tried
 * @returns {{ largeWindow: true } | { asRaw: true } | null}
 */
function againAs(code, how) {
  if (code === WINDOW_TOO_LARGE && !how.largeWindow) return { largeWindow: true };
  return isRefusedImage(code) && !how.asRaw ? { asRaw: true } : null;
}

function ignore() {}
