/**
 * The saves of the page, from the click to the end: where a file goes, what is
 * asked first, and how it is brought about.
 */
import { failure, failureOf, RemoteError } from "../../shared/failure.js";
import { holding } from "../../shared/holding.js";
import { Meter } from "../rate.js";
import { choiceFor, isLive } from "../state.js";
import { missingBytes } from "../../words/verdict.js";
import { saveBlob } from "../../views/parts.js";
import { fileNameOf } from "./file-names.js";
import { newFile, pickFile, pickFolder, pickingFailure } from "./places.js";
import { diskWanted, wishFor } from "../wish.js";
import { noWay, waysFor } from "../ways.js";

/** @typedef {import("../../shared/messages.js").Failure} Failure */
/** @typedef {import("../../shared/messages.js").FromSave} FromSave */
/** @typedef {import("../../shared/messages.js").Saved} Saved */
/** @typedef {import("../../shared/messages.js").SaveUpdate} SaveUpdate */
/** @typedef {import("../../shared/messages.js").SaveWhat} SaveWhat */
/** @typedef {import("../../shared/messages.js").SinkOrder} SinkOrder */
/** @typedef {import("../model.js").Save} Save */
/** @typedef {import("../model.js").Send} Send */
/** @typedef {import("../model.js").ShownArchive} ShownArchive */
/** @typedef {import("../model.js").State} State */
/** @typedef {import("../model.js").Way} Way */
/**
 * A save, with what the page's state does not hold.
 * @typedef {object} Order
 * @property {string} id
 * @property {number} archive
 * @property {SaveWhat} what
 * @property {number[]} devices whose bytes it reads
 * @property {string} archiveName
 * @property {Way | null} way null: to be chosen when it starts
 * @property {FileSystemFileHandle | null} handle
 * @property {FileSystemDirectoryHandle | null} folder
 * @property {boolean} agreed to gaps where bytes are missing
 * @property {boolean} written and only to be kept, or not
 * @property {AbortController} abort
 * @property {() => void} onEnd
 */

export class Saves {
  #worker;
  #send;
  #state;
  #hashes;
  #beside;
  #scanForSaves;
  /** @type {import("./downloads.js").Downloads | null} */
  #downloads = null;
  /** @type {Map<string, Order>} those that have not ended */
  #orders = new Map();
  /** @type {Order | null} the one that is written while a scan goes through the backup */
  #passing = null;
  /** @type {Order[]} those that wait for their turn at that */
  #passes = [];
  /** @type {Order[]} those with a question; the first one's is shown */
  #asking = [];

  /**
   * @param {import("../worker-client.js").WorkerClient} worker
   * @param {Send} send
   * @param {() => State} state
   * @param {import("./hashes.js").Hashes} hashes
   * @param {import("./beside.js").Beside} beside
   * @param {() => void} scanForSaves scans the shown archive for the saves that wait for it
   */
  constructor(worker, send, state, hashes, beside, scanForSaves) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
    this.#hashes = hashes;
    this.#beside = beside;
    this.#scanForSaves = scanForSaves;
  }

  /** Whether something would be lost if the page went away now. */
  get busy() {
    return this.#orders.size > 0;
  }

  /** @param {import("./downloads.js").Downloads} downloads */
  allowDownloads(downloads) {
    this.#downloads = downloads;
  }

  /**
   * A disk, as was chosen.
   * @param {number} deviceId
   */
  async saveDisk(deviceId) {
    const archive = this.#state().archive;
    if (!archive || this.#isBusyWith(archive.id, deviceId)) return;
    const { format, way } = choiceFor(archive, deviceId);
    await this.#begin(archive, this.#diskWanted(archive, deviceId, format), way);
  }

  /**
   * @param {ShownArchive} archive
   * @param {number} deviceId
   * @param {string} format
   */
  #diskWanted(archive, deviceId, format) {
    return diskWanted(archive, deviceId, format, this.#state().abilities);
  }

  /**
   * A disk in the pass that scans.
   * @param {number} deviceId
   */
  async saveInOnePass(deviceId) {
    const archive = this.#state().archive;
    if (!archive || this.#isBusyWith(archive.id, deviceId)) return;
    // Starting over for this disk would end what is saved of another.
    if ([...this.#orders.values()].some(({ what }) => what.kind === "one-pass")) {
      await this.saveDisk(deviceId);
      return;
    }
    const { way } = choiceFor(archive, deviceId);
    await this.#begin(archive, { kind: "one-pass", deviceId, format: "raw" }, way, true);
  }

  async saveAppliance() {
    const archive = this.#state().archive;
    const facts = archive?.elsewhere.facts;
    if (!archive || !facts || this.#isBusyWith(archive.id, null)) return;
    const { keepsMacs, compressed } = archive.elsewhere;
    const what = /** @type {SaveWhat} */ ({
      kind: "appliance",
      devices: facts.devices,
      keepsMacs,
      compressed,
    });
    await this.#begin(archive, what, null);
  }

  /**
   * Several disks, one after the other, and the configs, into one folder.
   * @param {number[]} deviceIds
   * @param {boolean} configs
   */
  async saveFolder(deviceIds, configs) {
    const archive = this.#state().archive;
    if (!archive) return;
    const folder = await pickFolder().catch((error) => this.#pickingFailed(error));
    if (!folder) return;
    const { format, texts } = archive.elsewhere;
    if (configs) await this.#beside.writeConfigs(archive, folder);
    const orders = deviceIds
      .filter((deviceId) => !this.#isBusyWith(archive.id, deviceId))
      .map((deviceId) => {
        const isRaw = texts?.rawDevices.includes(deviceId);
        const what = this.#diskWanted(archive, deviceId, isRaw ? "raw" : format);
        return this.#enter(archive, what, "folder", { folder });
      });
    for (const order of orders) {
      const ended = new Promise((resolve) => {
        order.onEnd = () => resolve(undefined);
      });
      if (this.#orders.has(order.id)) this.#proceed(order);
      await ended;
    }
  }

  /** The scan of this archive is finished. @param {number} archive */
  scanFinished(archive) {
    const shown = this.#state().archive;
    for (const order of [...this.#orders.values()]) {
      if (order.archive !== archive || this.#save(order)?.phase !== "waiting") continue;
      if (this.#passes.includes(order)) continue;
      // Now it is known how the disk lies in the backup.
      if (shown && order.what.kind === "disk") {
        const { deviceId, format } = order.what;
        order.what = this.#diskWanted(shown, deviceId, format);
      }
      if (order.way !== "folder") this.#proceed(order);
    }
  }

  /**
   * @param {string} id
   * @param {boolean} marked what is missing is to be marked by a text
   */
  confirm(id, marked) {
    this.#askNext(id);
    const order = this.#orders.get(id);
    if (!order) return;
    order.agreed = true;
    const { what } = order;
    if (what.kind === "disk") order.what = { ...what, marked };
    // What is missing comes by in no pass through the backup.
    else if (what.kind === "one-pass" && marked) {
      order.what = { kind: "disk", deviceId: what.deviceId, format: what.format, marked };
    }
    if (order.written) this.#keep(order, true);
    else this.#start(order);
  }

  /** @param {string} id */
  decline(id) {
    this.#askNext(id);
    const order = this.#orders.get(id);
    if (order?.written) this.#keep(order, false);
    else this.cancel(id);
  }

  /** @param {string} id */
  cancel(id) {
    const order = this.#orders.get(id);
    if (!order) return;
    if (order.written) return void this.#keep(order, false);
    this.#send({ type: "save-ended", id, phase: "cancelled" });
    this.#breakOff(order, failure("aborted", "cancelled on the page"));
  }

  /** @param {Failure} told */
  failAll(told) {
    this.#asking = [];
    for (const order of [...this.#orders.values()]) {
      this.#send({ type: "save-failed", id: order.id, failure: told });
      this.#breakOff(order, told);
    }
  }

  /**
   * @param {ShownArchive} archive
   * @param {SaveWhat} what
   * @param {Way | null} chosen
   * @param {boolean} beforeScan it needs none that is finished
   */
  async #begin(archive, what, chosen, beforeScan = false) {
    const ways = this.#waysFor(archive, what);
    const way = ways.find(({ way }) => way === chosen)?.way ?? ways[0]?.way ?? null;
    let handle = null;
    if (way === "file") {
      // Only now, with the click still fresh, does a browser let one pick.
      const name = fileNameOf(archive, what);
      handle = await pickFile(name).catch((error) => this.#pickingFailed(error));
      if (!handle) return;
    }
    const order = this.#enter(archive, what, way, { handle });
    if (beforeScan || archive.scan.phase === "done") this.#proceed(order);
  }

  /**
   * Takes a save up; until more is known it waits.
   * @param {ShownArchive} archive
   * @param {SaveWhat} what
   * @param {Way | null} way
   * @param {{ handle?: FileSystemFileHandle | null, folder?: FileSystemDirectoryHandle }} where
   */
  #enter(archive, what, way, { handle = null, folder }) {
    const id = newId();
    const devices = what.kind === "appliance" ? what.devices : [what.deviceId];
    const deviceId = what.kind === "appliance" ? null : what.deviceId;
    const device = archive.overview.devices.find((device) => device.id === deviceId);
    /** @type {Order} */
    const order = {
      id,
      archive: archive.id,
      what,
      devices,
      archiveName: archive.file.name,
      way,
      handle,
      folder: folder ?? null,
      agreed: false,
      written: false,
      abort: new AbortController(),
      onEnd: () => {},
    };
    const wish = wishFor(archive, what);
    this.#orders.set(id, order);
    this.#send({
      type: "save-started",
      save: {
        id,
        archive: archive.id,
        what,
        way: way ?? "download",
        deviceId,
        title: device?.name ?? "appliance",
        fileName: fileNameOf(archive, what),
        size: null,
        sizeMax: wish.sizeMax,
        missing: 0,
        lost: null,
        taken: 0,
        done: 0,
        total: 0,
        pace: null,
        phase: "waiting",
        failure: null,
      },
    });
    return order;
  }

  /**
   * Goes on once the scan allows it: asks first if parts are missing.
   * @param {Order} order
   */
  #proceed(order) {
    const { archive } = this.#state();
    if (archive?.id !== order.archive) return this.#fail(order, failure("aborted", "closed"));
    const missing = order.devices.reduce((sum, id) => sum + missingBytes(archive, id), 0);
    const isKnown = archive.scan.phase === "done";
    if (isKnown) this.#change(order, { missing });
    if (isKnown && missing > 0 && !order.agreed) this.#ask(order);
    else this.#start(order);
  }

  /** @param {Order} order */
  #ask(order) {
    this.#change(order, { phase: "asking", pace: null });
    // Of a backup that is no longer shown nothing can be asked any more.
    this.#asking = this.#asking.filter(({ archive }) => archive === order.archive);
    this.#asking.push(order);
    if (this.#asking.length === 1) this.#show(order);
  }

  /**
   * One question has its answer; another may wait for its own.
   * @param {string} answered
   */
  #askNext(answered) {
    this.#asking = this.#asking.filter(({ id }) => id !== answered && this.#orders.has(id));
    const [next] = this.#asking;
    if (next) this.#show(next);
  }

  /** @param {Order} order */
  #show({ id, archive, devices, written, what }) {
    const question = {
      save: id,
      archive,
      deviceIds: devices,
      written,
      canMark: what.kind !== "appliance" && !written,
    };
    this.#send({ type: "save-asks", question });
  }

  /** @param {Order} order */
  async #start(order) {
    const { archive } = this.#state();
    try {
      if (archive?.id !== order.archive) throw new RemoteError(failure("aborted", "closed"));
      if (order.what.kind === "one-pass" && !this.#mayPass(order)) return;
      if (order.way !== "folder" && order.way !== "file") {
        order.way = this.#firstWay(archive, order);
      }
      const way = order.way ?? "download";
      this.#change(order, { phase: "starting", way });
      if (way === "download") await this.#download(archive, order);
      else await this.#write(archive, order, await this.#sinkFor(archive, order, way));
    } catch (error) {
      if (!order.abort.signal.aborted) this.#fail(order, failureOf(error));
    } finally {
      this.#passEnded(order);
    }
  }

  /**
   * Two passes at once would each begin the scan anew: one waits for the other.
   * @param {Order} order
   */
  #mayPass(order) {
    if (this.#passing) {
      this.#passes.push(order);
      this.#change(order, { phase: "waiting", pace: null });
      return false;
    }
    this.#passing = order;
    return true;
  }

  /** @param {Order} order */
  #passEnded(order) {
    if (this.#passing !== order) return;
    this.#passing = null;
    const waiting = this.#passes;
    this.#passes = [];
    // Until the scan is finished it is not known how the others are laid out.
    if (this.#state().archive?.scan.phase !== "done") return;
    for (const next of waiting) {
      if (this.#orders.has(next.id)) this.#start(next);
    }
  }

  /**
   * The way that was chosen, or the best that needs no click.
   * @param {ShownArchive} archive
   * @param {Order} order
   */
  #firstWay(archive, order) {
    const ways = this.#waysFor(archive, order.what).filter(({ way }) => way !== "file");
    const way = ways.find(({ way }) => way === order.way) ?? ways[0];
    const { abilities } = this.#state();
    if (way) return way.way;
    const reason = abilities ? noWay(wishFor(archive, order.what), abilities) : "";
    throw new RemoteError(failure("saving-unavailable", reason));
  }

  /**
   * @param {ShownArchive} archive
   * @param {SaveWhat} what
   */
  #waysFor(archive, what) {
    const { abilities } = this.#state();
    return abilities ? waysFor(wishFor(archive, what), abilities) : [];
  }

  /**
   * Through the Service Worker.
   * @param {ShownArchive} archive
   * @param {Order} order
   */
  async #download(archive, order) {
    const { id } = order;
    const { port1, port2 } = new MessageChannel();
    const { sizeMax, exact } = wishFor(archive, order.what);
    const size = exact ? sizeMax : null;
    this.#change(order, { size });
    const written = this.#request(order, { kind: "port", port: port1 }, [port1], (update) => {
      if (size === null) this.#change(order, { done: update.done, total: update.total });
    });
    const name = fileNameOf(archive, order.what);
    const downloads = this.#downloads;
    if (!downloads) throw new RemoteError(failure("saving-unavailable"));
    const onMessage = this.#follower(order, size);
    downloads.start({ id, name, size, image: port2, onMessage });
    const saved = await written;
    this.#read(order, saved);
  }

  /**
   * What becomes of a download.
   * @param {Order} order
   * @param {number | null} size
   */
  #follower(order, size) {
    const meter = new Meter(size ?? 0, 0, performance.now());
    /** @param {FromSave} message */
    return (message) => {
      if (message.kind === "taken") {
        const pace = meter.measure(message.bytes, performance.now());
        const whole = size === null ? {} : { done: message.bytes, total: size };
        const known = pace && size === null ? { ...pace, secondsLeft: null } : pace;
        this.#change(order, { phase: "running", taken: message.bytes, pace: known, ...whole });
      } else if (message.kind === "started") {
        this.#change(order, { phase: "running" });
      } else if (message.kind === "done") {
        this.#end(order, "done");
      } else if (message.kind === "failed") {
        this.#fail(order, message.failure);
      } else if (message.kind !== "registered") {
        this.#end(order, "refused");
        order.abort.abort();
      }
    };
  }

  /**
   * Into a sink of the Worker's.
   * @param {ShownArchive} archive
   * @param {Order} order
   * @param {SinkOrder} sink
   */
  async #write(archive, order, sink) {
    /** @type {Meter | null} */
    let meter = null;
    const written = this.#request(order, sink, [], ({ awaitsScan, done, total, given }) => {
      if (awaitsScan) return this.#scanForSaves();
      const now = performance.now();
      meter ??= new Meter(total, done, now);
      this.#change(order, { done, total, taken: given, pace: meter.measure(done, now) });
    });
    this.#change(order, { phase: "running" });
    const saved = await written;
    this.#read(order, saved);
    const lost = saved.lost.reduce((sum, disk) => sum + disk.bytes, 0);
    if (lost > (this.#save(order)?.missing ?? 0)) {
      order.written = true;
      this.#ask(order);
    } else {
      await this.#keep(order, true);
    }
  }

  /**
   * Completes the file, or throws it away.
   * @param {Order} order
   * @param {boolean} keep
   */
  async #keep(order, keep) {
    this.#change(order, { phase: "finishing", pace: null });
    try {
      const blob = await this.#worker.request("commit", { job: order.id, keep });
      if (!keep) return this.#end(order, "cancelled");
      if (blob) saveBlob(this.#save(order)?.fileName ?? "disk", blob);
      this.#end(order, "done");
    } catch (error) {
      this.#fail(order, failureOf(error));
    }
  }

  /**
   * @param {Order} order
   * @param {SinkOrder} sink
   * @param {Transferable[]} transfer
   * @param {(update: SaveUpdate) => void} onProgress
   */
  #request({ id: job, archive, what, devices, abort }, sink, transfer, onProgress) {
    const known = this.#state().archive?.hashes;
    // A hash takes what is missing for zeros.
    const isMarked = what.kind === "disk" && what.marked;
    const isOnTheWay = !isMarked && this.#hashes.areOnTheWay();
    const hashes = devices.filter((id) => isOnTheWay && !known?.has(id));
    return this.#worker.request(
      "save",
      { archive, job, what, sink, hashes },
      { signal: abort.signal, transfer, onProgress },
    );
  }

  /**
   * All of it was read.
   * @param {Order} order
   * @param {Saved} saved
   */
  #read({ id, archive, devices, what }, saved) {
    this.#send({ type: "save-read", id, archive, saved });
    // What came in the backup's order is hashed once the file can be read.
    const isReadable = what.kind !== "one-pass";
    if (isReadable && this.#hashes.areOnTheWay()) this.#hashes.startAll(archive, devices);
  }

  /**
   * @param {ShownArchive} archive
   * @param {Order} order
   * @param {Way} way
   * @returns {Promise<SinkOrder>}
   */
  async #sinkFor(archive, order, way) {
    if (way === "stage") return { kind: "stage", name: order.id };
    if (way === "blob") return { kind: "blob" };
    if (order.handle) {
      const { handle } = order;
      const before = await holding(handle, () => handle.getFile()).catch(() => null);
      return { kind: "file", handle, isNew: (before?.size ?? 0) === 0 };
    }
    if (!order.folder) throw new RemoteError(failure("saving-unavailable"));
    const { name, handle } = await newFile(order.folder, fileNameOf(archive, order.what));
    this.#change(order, { fileName: name });
    return { kind: "file", handle, isNew: true };
  }

  /**
   * @param {Order} order
   * @param {"done" | "cancelled" | "refused"} phase
   */
  #end(order, phase) {
    if (!this.#orders.delete(order.id)) return;
    this.#send({ type: "save-ended", id: order.id, phase });
    if (phase === "done") {
      const copied = order.way === "stage" ? (this.#save(order)?.taken ?? 0) : 0;
      this.#hashes.startAllAfterCopying(order.archive, order.devices, copied);
      if (this.#mayLack(order)) this.#beside.addMaps(order).catch(() => {});
    }
    order.onEnd();
  }

  /** @param {Order} order */
  #mayLack(order) {
    const { archive } = this.#state();
    return archive?.id === order.archive && order.devices.some((id) => missingBytes(archive, id));
  }

  /**
   * @param {Order} order
   * @param {Failure} told
   */
  #fail(order, told) {
    if (!this.#orders.has(order.id)) return;
    this.#send({ type: "save-failed", id: order.id, failure: told });
    this.#breakOff(order, told);
  }

  /**
   * @param {Order} order
   * @param {Failure} why
   */
  #breakOff(order, why) {
    if (!this.#orders.delete(order.id)) return;
    this.#downloads?.cancel(order.id, why);
    order.abort.abort();
    order.onEnd();
  }

  /**
   * Nothing was picked; a refusal is worth a word.
   * @param {unknown} error
   */
  #pickingFailed(error) {
    const isCancelled = error instanceof DOMException && error.name === "AbortError";
    if (!isCancelled) this.#send({ type: "drop-refused", failure: pickingFailure(error) });
    return null;
  }

  /**
   * @param {Order} order
   * @param {Partial<Save>} change
   */
  #change({ id }, change) {
    this.#send({ type: "save-changed", id, change });
  }

  /** @param {Order} order */
  #save({ id }) {
    return this.#state().saves.find((save) => save.id === id);
  }

  /**
   * @param {number} archive
   * @param {number | null} deviceId null: an appliance
   */
  #isBusyWith(archive, deviceId) {
    const { saves } = this.#state();
    return saves.some((s) => isLive(s) && s.archive === archive && s.deviceId === deviceId);
  }
}

/** Without `crypto.randomUUID`, which pages without https do not have. */
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
