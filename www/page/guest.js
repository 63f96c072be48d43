/**
 * Asks what files in the disks tell of the machine, once nothing is scanned any more. Of a
 * backup that has to be unpacked for it, or lies on a server, not before a person looks at
 * its files.
 */
import { mountPoints } from "../words/guest.js";
import { tabOf } from "./tabs.js";
import { volumesOf } from "./volumes.js";

/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {import("./volumes.js").PlacedVolume} PlacedVolume */

/** File systems that are looked into, at most. */
const VOLUMES_MAX = 32;

export class Guests {
  #worker;
  #send;
  #state;
  /** What was asked for, of one archive. @type {Set<string>} */
  #asked = new Set();
  #archive = -1;
  #isAsking = false;

  /**
   * @param {Pick<import("./worker-client.js").WorkerClient, "request">} worker
   * @param {import("./model.js").Send} send
   * @param {() => import("./model.js").State} state
   */
  constructor(worker, send, state) {
    this.#worker = worker;
    this.#send = send;
    this.#state = state;
  }

  /** @param {import("./model.js").PageEvent} event */
  handle({ type }) {
    if (type === "contents-arrived" || type === "tab-chosen") this.#ask();
  }

  async #ask() {
    if (this.#isAsking) return;
    this.#isAsking = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#askOnce(next);
    this.#isAsking = false;
  }

  /** What is to be asked for next. */
  #next() {
    const { archive, screen } = this.#state();
    if (!archive || archive.gone || archive.scan.phase === "running") return null;
    const isLooked = tabOf(archive, screen.tab) === "files";
    const isDear = archive.overview.container !== "plain" || archive.file.address !== undefined;
    if (isDear && !isLooked) return null;
    if (archive.id !== this.#archive) this.#asked.clear();
    this.#archive = archive.id;
    const all = volumesOf(archive.contents).filter(({ isRead }) => isRead);
    // A scan that went further may know more.
    const keys = all.map((each) => `${archive.scan.phase} ${keyOf(each)}`).slice(0, VOLUMES_MAX);
    const at = keys.findIndex((key) => !this.#asked.has(key));
    const [key, found] = [keys[at], all[at]];
    if (key && found) return { id: archive.id, key, found, at: undefined };
    return this.#nextMounted(archive, all.slice(0, VOLUMES_MAX));
  }

  /**
   * Once all have told of a system, those that have none are asked for what one of the others
   * keeps there, by its own table.
   * @param {ShownArchive} archive
   * @param {readonly PlacedVolume[]} all
   */
  #nextMounted({ id, contents, guests, scan }, all) {
    const told = new Set(guests.map(({ volume }) => JSON.stringify(volume)));
    for (const found of all.filter(({ place }) => !told.has(JSON.stringify(place)))) {
      const points = mountPoints(guests, found, contents.get(found.place.deviceId));
      const at = points.find((point) => /^\/./.test(point));
      const key = `${scan.phase} ${keyOf(found)} ${at}`;
      if (at && !this.#asked.has(key)) return { id, key, found, at };
    }
    return null;
  }

  /** @param {{ id: number, key: string, found: PlacedVolume, at: string | undefined }} next */
  async #askOnce({ id: archive, key, found, at }) {
    this.#asked.add(key);
    const volume = found.place;
    try {
      const told = await this.#worker.request("machineFacts", { archive, volume, at });
      if (told.facts.length + told.missed.length > 0) {
        this.#send({ type: "guest-told", archive, volume, told });
      }
    } catch {
      // Who looks at its files is told why none can be had.
    }
  }
}

/**
 * A file system at its place; one that is there later is another one.
 * @param {PlacedVolume} volume
 */
function keyOf({ place, part: { offset, size, volume } }) {
  return JSON.stringify([place, offset, size, volume?.kind, volume?.uuid]);
}
