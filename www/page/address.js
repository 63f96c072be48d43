/**
 * The address holds which part of the page and which place is looked at, and nothing
 * else: no contents, no name out of a file. So the way back and forth leads from place
 * to place.
 *
 * `#part=bytes&disk=scsi1&at=4096`: a disk is named as the configuration does, where
 * that is short and plain, and by its number otherwise. Without `disk` the place is in
 * the archive, or with `of=file` in the file that it is packed in.
 *
 * `#part=files&disk=scsi1&volume=2.0`: the third area of a disk, and the first logical
 * volume in that. Folders have no address: their names are out of a file.
 *
 * `#open=/dump/vzdump-qemu-100-….vma.zst&part=bytes`: of a backup on the page's own server,
 * which one it is goes before the place.
 */
import { namedIn, pathOf } from "./named.js";
import { rowsOf } from "./rows.js";
import { TABS } from "./tabs.js";

/** @typedef {import("./model.js").Look} Look */
/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").ShownArchive} ShownArchive */
/** @typedef {import("./model.js").State} State */
/** @typedef {import("./model.js").Tab} Tab */
/** @typedef {import("../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {{ tab: Tab | null, look: Look | null, volume?: VolumePlace | null }} Place */

/** Names that Proxmox gives to drives. */
const DRIVE = /^(ide|sata|scsi|virtio|efidisk|tpmstate)\d{1,2}$/;

/**
 * @param {ShownArchive} archive
 * @param {Place} place
 * @returns {string} empty, or with the `#`
 */
export function addressOf(archive, { tab, look, volume = null }) {
  const { address } = archive.file;
  const parts = new URLSearchParams(address === undefined ? {} : { open: address });
  if (tab) parts.set("part", tab);
  if (look && tab === "bytes") {
    if (typeof look.of === "number") parts.set("disk", diskName(archive, look.of));
    else if (isPackedFile(archive, look.of)) parts.set("of", "file");
    parts.set("at", String(look.at));
  }
  if (volume && tab === "files") {
    const { deviceId, area, logical } = volume;
    parts.set("disk", diskName(archive, deviceId));
    parts.set("volume", logical === null ? String(area) : `${area}.${logical}`);
  }
  const words = parts.toString().replaceAll("%2F", "/");
  return words === "" ? "" : `#${words}`;
}

/**
 * What an address says of an open archive; null where it says nothing that is there.
 * @param {ShownArchive} archive
 * @param {string} hash
 * @returns {Place | null}
 */
export function placeOf(archive, hash) {
  const parts = new URLSearchParams(hash.slice(1));
  const tab = TABS.find((each) => each === parts.get("part")) ?? null;
  if (tab === "files") {
    const volume = volumeIn(archive, parts);
    return volume === null && parts.has("disk") ? null : { tab, look: null, volume };
  }
  const look = lookOf(archive, parts);
  if (look === null) return tab === null || parts.has("disk") ? null : { tab, look };
  return { tab: tab ?? "bytes", look };
}

/**
 * @param {ShownArchive} archive
 * @param {URLSearchParams} parts
 * @returns {Look | null}
 */
function lookOf(archive, parts) {
  const disk = parts.get("disk");
  const at = offsetIn(parts.get("at") ?? (disk === null ? "" : "0"));
  if (at === null) return null;
  if (disk === null) return { of: parts.get("of") === "file" ? "file" : "archive", at };
  const device = deviceCalled(archive, disk);
  return device && at < device.size ? { of: device.id, at } : null;
}

/**
 * Whether there is such a file system shows only once the disk has been looked at.
 * @param {ShownArchive} archive
 * @param {URLSearchParams} parts
 * @returns {VolumePlace | null}
 */
function volumeIn(archive, parts) {
  const device = deviceCalled(archive, parts.get("disk"));
  const [, area, logical] = /^(\d{1,4})(?:\.(\d{1,4}))?$/.exec(parts.get("volume") ?? "") ?? [];
  if (!device || area === undefined) return null;
  const within = logical === undefined ? null : Number(logical);
  return { deviceId: device.id, area: Number(area), logical: within };
}

/**
 * @param {ShownArchive} archive
 * @param {string | null} disk
 */
function deviceCalled(archive, disk) {
  return archive.overview.devices.find(({ id }) => diskName(archive, id) === disk);
}

/**
 * Whether it is the file and not what is in it: where nothing wraps that, both are one.
 * @param {ShownArchive} archive
 * @param {Look["of"]} of
 */
function isPackedFile({ overview }, of) {
  return of === "file" && overview.container !== "plain";
}

/** @param {string} written */
function offsetIn(written) {
  if (!/^(0x[0-9a-f]{1,14}|\d{1,16})$/i.test(written)) return null;
  const at = Number(written);
  return Number.isSafeInteger(at) ? at : null;
}

/**
 * @param {ShownArchive} archive
 * @param {number} id
 */
function diskName(archive, id) {
  const row = rowsOf(archive).find(({ device }) => device?.id === id);
  const name = row?.name.replace(/^drive-/, "") ?? "";
  return DRIVE.test(name) ? name : String(id);
}

export class Address {
  #send;
  #state;
  /** Whether an archive was open before: the address is then about that. */
  #wasOpen = false;

  /**
   * @param {import("./model.js").Send} send
   * @param {() => State} state
   */
  constructor(send, state) {
    this.#send = send;
    this.#state = state;
    addEventListener("popstate", () => this.#follow());
  }

  /** @param {PageEvent} event */
  handle(event) {
    switch (event.type) {
      case "opened":
        return this.#begin();
      case "tab-chosen":
      case "placeChosen":
      case "volume-chosen":
      case "hits-wanted":
        return this.#write(true);
      case "look-moved":
        return this.#write(false);
    }
  }

  /** What the page was loaded with counts for the first archive only, or for that it names. */
  #begin() {
    const { archive } = this.#state();
    if (!archive) return;
    const named = namedIn(location.hash);
    const { address } = archive.file;
    const isNone = named === null && address === undefined;
    if (isNone ? !this.#wasOpen : named !== null && pathOf(named) === address) this.#follow();
    else {
      const hash = addressOf(archive, { tab: null, look: null });
      history.replaceState(null, "", location.pathname + location.search + hash);
    }
    this.#wasOpen = true;
  }

  #follow() {
    const { archive } = this.#state();
    if (!archive) return;
    const words = new URLSearchParams(location.hash.slice(1));
    words.delete("open");
    const isEmpty = words.toString() === "";
    const place = isEmpty ? { tab: null, look: null } : placeOf(archive, location.hash);
    if (place) this.#send({ type: "address-followed", ...place });
  }

  /** @param {boolean} isNew whether the way back leads to what was looked at before */
  #write(isNew) {
    const { archive, screen } = this.#state();
    if (!archive) return;
    const hash = addressOf(archive, screen);
    if (hash === location.hash) return;
    const address = location.pathname + location.search + hash;
    if (isNew) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
  }
}
