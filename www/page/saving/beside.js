/** Small files beside the disks: the configs, and the maps of what disks lack. */
import { failure } from "../../shared/failure.js";
import { configName } from "../names.js";
import { saveSmallFile } from "../save-blob.js";
import { doubtTaken } from "../save.js";
import { mapName } from "./file-names.js";
import { pickingFailure, writeFile } from "./places.js";

/** @typedef {import("../model.js").ShownArchive} ShownArchive */

export class Beside {
  #worker;
  #send;
  #state;

  /**
   * @param {import("../worker-client.js").WorkerClient} worker
   * @param {import("../model.js").Send} send
   * @param {() => import("../model.js").State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  /**
   * Saves the map of what a disk lacks.
   * @param {ShownArchive} archive
   * @param {number} deviceId
   */
  async saveMap(archive, deviceId) {
    const map = await this.#mapOf(archive.id, deviceId, "as-it-is");
    if (map) saveSmallFile(mapName(archive, deviceId), map);
  }

  /**
   * Writes all configs into a folder. Those that cannot be written are told, and
   * hold back no others.
   * @param {ShownArchive} archive
   * @param {FileSystemDirectoryHandle} folder
   */
  async writeConfigs(archive, folder) {
    const { configs } = archive.overview;
    /** @type {string[]} */
    const lacking = [];
    for (const { index, safeName } of configs) {
      const name = configName(archive.file.name, safeName);
      try {
        const bytes = await this.#worker.request("config", { archive: archive.id, index });
        await writeFile(folder, name, /** @type {Uint8Array<ArrayBuffer>} */ (bytes));
      } catch (error) {
        lacking.push(`${name}: ${pickingFailure(error).message}`);
      }
    }
    if (lacking.length === 0) return;
    const message = `${lacking.length} of ${configs.length}; ${lacking[0]}`;
    this.#send({ type: "drop-refused", failure: failure("configs-not-written", message) });
  }

  /**
   * Maps of what a save's disks lack, with their doubt as it was saved, if their
   * archive is still shown.
   * @param {import("../model.js").Save} save
   */
  async mapsOf(save) {
    const { archive: id, devices } = save;
    const { archive } = this.#state();
    if (archive?.id !== id) return [];
    const maps = [];
    for (const device of devices) {
      const bytes = await this.#mapOf(id, device.id, doubtTaken(save)).catch(() => null);
      if (bytes) maps.push({ name: mapName(archive, device.id), bytes });
    }
    return maps;
  }

  /**
   * @param {FileSystemDirectoryHandle} folder
   * @param {{ name: string, bytes: Uint8Array<ArrayBuffer> }[]} files
   */
  async write(folder, files) {
    for (const { name, bytes } of files) await writeFile(folder, name, bytes);
  }

  /**
   * @param {number} archive
   * @param {number} deviceId
   * @param {import("../../core/vma_inspector.js").DoubtTaken} doubt
   */
  async #mapOf(archive, deviceId, doubt) {
    const map = await this.#worker.request("lostMap", { archive, deviceId, doubt });
    return map === null ? null : new TextEncoder().encode(map);
  }
}
