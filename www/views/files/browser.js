/** The files of one file system: its folders, what is found in them, and a preview. */
import { isSameName } from "../../page/files.js";
import { largestVolume } from "../../page/volumes.js";
import { faultOf } from "../../words/files.js";
import { text } from "../../words/text.js";
import { collect } from "./collect.js";
import { choiceBar, packedFor, streamOf, wantedOf } from "./choice-bar.js";
import { DeletedBar } from "./deleted-bar.js";
import { follow } from "./follow.js";
import { Foot } from "./foot.js";
import { Items } from "./items.js";
import { List } from "./list.js";
import { HitBar } from "./hit-bar.js";
import { laidOut } from "./layout.js";
import { findBelow, findDeleted, findHit, listFolder } from "./lister.js";
import { clickedOrder, isFolder, isLink } from "./order.js";
import { pathBar } from "./path-bar.js";
import { Preview } from "./preview.js";
import { searchBar } from "./search-bar.js";
import { isSameWay, Trails } from "./trail.js";
import { trouble } from "./trouble.js";
import { isReadAt, kindOf, placeKey, shapeOf, volumeBar } from "./volume-bar.js";
import { pathText, walk } from "./walk.js";

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../page/files.js").Of} Of */
/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../../shared/files.js").FileName} FileName */
/** @typedef {import("../../shared/files.js").OpenedVolume} OpenedVolume */
/** @typedef {import("../../shared/files.js").VolumePlace} VolumePlace */
/** @typedef {import("./choice-bar.js").Packed} Packed */
/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("./trail.js").Step} Step */

/** Many fields: the folder, its list and what is around it are one picture. */
export class Browser {
  root;
  #send;
  #files;
  #volumes;
  #path;
  #search;
  #hits;
  #deleted;
  #list;
  #choice;
  #preview;
  #trouble = trouble();
  #foot = new Foot({
    stop: () => this.#stopListing(),
    show: (withHidden) => this.#arrange(this.#items.order, withHidden),
  });
  #items = new Items();
  #trails = new Trails();
  /** @type {ShownArchive | null} */
  #archive = null;
  /** @type {VolumePlace | null} */
  #volume = null;
  /** What tells the file system from another one at its place. */
  #shape = "";
  /** What was asked for last. @type {VolumePlace | null} */
  #asked = null;
  /** For whose files that are hit it was asked last. @type {VolumePlace | null} */
  #hitsAsked = null;
  /** Whether that is still to be done. */
  #isHitWanted = false;
  /** @type {Of | null} */
  #of = null;
  /** @type {OpenedVolume | null} */
  #opened = null;
  /** From the root to the folder that is shown. @type {readonly Step[]} */
  #steps = [];
  /** Entries that make no sense; null before the folder is listed to its end. @type {number | null} */
  #leftOut = null;
  /** Whether hits are shown in place of the folder. */
  #isFound = false;
  /** What the focus goes to once it comes in, unless a person has moved it. @type {FileName | null} */
  #wanted = null;
  #work = new AbortController();

  /**
   * @param {import("../../page/model.js").Send} send
   * @param {Files} files
   */
  constructor(send, files) {
    this.#send = send;
    this.#files = files;
    this.#volumes = volumeBar({
      choose: (volume) => send({ type: "volume-chosen", volume }),
      enter: (subvolume) => this.#enterSubvolume(subvolume),
    });
    this.#path = pathBar((depth) => this.#goBack(depth));
    this.#search = searchBar({
      search: (letters) => this.#find(letters),
      stop: () => this.#work.abort(),
      leave: () => this.#leaveHits(),
    });
    this.#hits = new HitBar({
      look: () => this.#findAll(this.#hits, findHit, "path"),
      stop: () => this.#work.abort(),
      leave: () => this.#leaveHits(),
      items: () => this.#items.shown,
      of: () => this.#of,
      send,
    });
    this.#deleted = new DeletedBar({
      look: () => this.#findAll(this.#deleted, findDeleted),
      stop: () => this.#work.abort(),
      leave: () => this.#leaveHits(),
    });
    const save = (/** @type {Iterable<Item>} */ items, /** @type {Packed} */ packed) =>
      this.#save(wantedOf(items, packed));
    this.#preview = new Preview(files, save, (item, stream) => this.#save(streamOf(item, stream)));
    this.#choice = choiceBar(save, () => {
      this.#list.clear();
      this.#list.focus();
    });
    this.#list = new List({
      open: (item) => this.#open(item),
      up: () => this.#up(),
      at: (item) => this.#of && this.#preview.show(this.#of, item),
      chosen: (chosen) => this.#choice.draw(chosen),
      sort: (by) => this.#arrange(clickedOrder(this.#items.order, by), this.#items.withHidden),
    });
    this.root = laidOut({
      volumes: this.#volumes,
      hits: this.#hits,
      deleted: this.#deleted,
      path: this.#path,
      search: this.#search,
      trouble: this.#trouble,
      choice: this.#choice,
      list: this.#list,
      foot: this.#foot,
      preview: this.#preview,
    });
    this.#listen();
  }

  #listen() {
    for (const kind of ["keydown", "pointerdown"]) {
      this.#list.root.addEventListener(kind, () => (this.#wanted = null));
    }
    addEventListener("popstate", () => this.#follow());
  }

  /**
   * Another backup: nothing of the former one is shown.
   * @param {ShownArchive} archive
   */
  open(archive) {
    this.#begin();
    this.#files.forget();
    this.#archive = archive;
    this.#volume = null;
  }

  /**
   * More is known of the backup.
   * @param {ShownArchive} archive
   * @param {boolean} isNew whether what was read of its disks may say less than there is
   */
  learn(archive, isNew) {
    this.#archive = archive;
    // As more of a disk is known, what was its first part may be another one.
    if (this.#shape !== shapeOf(archive, this.#volume)) this.#volume = null;
    if (!this.#volume) return;
    this.#drawVolume(archive, this.#volume);
    if (!isNew) return;
    this.#files.forget();
    const names = this.#steps.map(({ name }) => name);
    this.#enter(this.#volume, names, this.#list.item?.entry.name ?? null);
  }

  /**
   * @param {VolumePlace | null} wanted null: it is not said
   * @param {VolumePlace | null} hits of which it was asked which files are hit
   */
  show(wanted, hits) {
    const archive = this.#archive;
    if (!archive) return;
    const isNew = wanted !== this.#asked;
    if (wanted && isNew) this.root.scrollIntoView({ block: "nearest" });
    this.#asked = wanted;
    if (hits !== this.#hitsAsked) this.#isHitWanted = hits !== null;
    this.#hitsAsked = hits;
    const isRead = wanted && isReadAt(archive, wanted);
    const kept = isNew ? null : this.#volume;
    const volume = isRead ? wanted : (kept ?? largestVolume(archive.contents));
    if (!volume) return;
    if (this.#volume && placeKey(volume) === placeKey(this.#volume)) {
      // Another part of the page was shown meanwhile.
      if (this.#steps.length > 0) this.#trails.keep(this.#trail());
      this.#lookIfWanted();
      return;
    }
    this.#volume = volume;
    this.#shape = shapeOf(archive, volume);
    this.#drawVolume(archive, volume);
    this.#enter(volume, null, null);
  }

  /**
   * @param {ShownArchive} archive
   * @param {VolumePlace} volume
   */
  #drawVolume(archive, volume) {
    this.#volumes.draw(archive, volume);
    const damage = archive.trust?.damage.find(({ deviceId }) => deviceId === volume.deviceId);
    this.#hits.offer(damage !== undefined, this.#volumes.label());
    const packed = packedFor(kindOf(archive, volume));
    this.#choice.prefer(packed);
    this.#preview.prefer(packed);
  }

  /**
   * Opens a file system.
   * @param {VolumePlace} volume
   * @param {readonly FileName[] | null} names of folders to go to; null: as the history says
   * @param {FileName | null} focus
   */
  async #enter(volume, names, focus) {
    if (!this.#archive) return;
    const { signal } = this.#begin();
    const of = (this.#of = { archive: this.#archive.id, volume });
    this.#opened = null;
    this.#steps = [];
    this.#volumes.tell(null);
    this.#deleted.offer(null);
    this.#path.draw([]);
    this.#empty();
    this.#foot.tell(text("files.opening"));
    try {
      const opened = await this.#files.open(of, this.#wait(signal));
      signal.throwIfAborted();
      this.#opened = opened;
      this.#volumes.tell(opened);
      this.#deleted.offer(opened);
      const steps = names
        ? await this.#walk([], names, signal)
        : this.#trails.here(placeKey(volume));
      this.#go(steps, focus, false);
      this.#lookIfWanted();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  /**
   * Goes to a folder.
   * @param {readonly Step[]} steps
   * @param {FileName | null} focus
   * @param {boolean} isNew whether the way back leads to where it was before
   */
  async #go(steps, focus, isNew) {
    if (!this.#of || !this.#opened) return;
    const { signal } = this.#begin();
    this.#steps = steps;
    if (isNew) this.#trails.push(this.#trail());
    this.#path.draw(steps.map(({ name }) => name));
    this.#search.empty();
    this.#hits.rest();
    this.#deleted.rest();
    this.#isFound = false;
    this.#wanted = focus;
    this.#empty();
    this.#foot.begin();
    const folder = { of: this.#of, id: steps.at(-1)?.id ?? this.#opened.root };
    try {
      await listFolder(this.#files, folder, {
        ...this.#wait(signal),
        arrived: (more, listing) => this.#arrived(more, listing),
      });
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  /**
   * @param {Item[]} more
   * @param {import("../../page/files.js").Listing} listing
   */
  #arrived(more, { isWhole, leftOut, fault }) {
    this.#items.add(more);
    this.#list.show(this.#items.shown, this.#items.order);
    this.#focusWanted();
    if (!isWhole) {
      this.#foot.tell(text("files.listing", { count: this.#items.count }));
      return;
    }
    this.#foot.rest();
    this.#leftOut = leftOut;
    this.#foot.count(this.#items, leftOut);
    this.#list.say(this.#items.shown.length === 0 && !fault ? text("files.folder-empty") : "");
    if (fault) this.#trouble.warn(fault, text("files.folder-cut"));
  }

  #focusWanted() {
    const wanted = this.#wanted;
    const found = wanted && this.#items.shown.find(({ entry }) => isSameName(entry.name, wanted));
    if (!found) return;
    this.#wanted = null;
    this.#list.goTo(found);
  }

  /** @param {string} letters */
  #find(letters) {
    if (!this.#of || !this.#opened) return;
    const wanted = { ...this.#of, node: this.#steps.at(-1)?.id ?? this.#opened.root, letters };
    this.#collect(this.#search, (on) => findBelow(this.#files, wanted, on));
  }

  #lookIfWanted() {
    if (!this.#isHitWanted || !this.#opened) return;
    this.#isHitWanted = false;
    this.#findAll(this.#hits, findHit, "path");
  }

  /**
   * Shows what a walk through all of the file system finds.
   * @template Far
   * @param {import("./collect.js").Bar<Far>} bar
   * @param {(files: Files, of: Of, on: import("./collect.js").On<Far>) => Promise<boolean>} find
   * @param {"path" | null} [by]
   */
  #findAll(bar, find, by = null) {
    const of = this.#of;
    if (!of || !this.#opened) return;
    if (this.#steps.length > 0) {
      this.#steps = [];
      this.#trails.push(this.#trail());
    }
    this.#path.draw([]);
    this.#collect(bar, (on) => find(this.#files, of, on), by);
  }

  /**
   * Shows what comes in from many folders in place of one.
   * @template Far
   * @param {import("./collect.js").Bar<Far>} bar
   * @param {(on: import("./collect.js").On<Far>) => Promise<boolean>} run
   * @param {"path" | null} [by]
   */
  async #collect(bar, run, by = null) {
    const { signal } = this.#begin();
    for (const each of [this.#hits, this.#deleted]) if (!Object.is(each, bar)) each.rest();
    this.#empty();
    if (by) this.#items.order = { by, isDown: false };
    this.#isFound = true;
    // Something else may have taken its place.
    const isCurrent = () => this.#work.signal === signal;
    const place = { items: this.#items, list: this.#list, foot: this.#foot, isCurrent };
    const arriving = collect(place, bar, (arrived) => run({ ...this.#wait(signal), arrived }));
    await arriving.catch((error) => this.#fail(error, signal));
  }

  #leaveHits() {
    if (!this.#isFound) {
      this.#search.empty();
      this.#list.focus();
      return;
    }
    this.#go(this.#steps, null, false);
    this.#list.focus();
  }

  /** @param {Item} item */
  #open({ entry, folders, was }) {
    const steps = this.#steps;
    if (was) this.#preview.focus();
    else if (folders) {
      const { name } = entry;
      this.#goTo(async (signal) => ({ steps: await this.#walk(steps, folders, signal), name }));
    } else if (isFolder(entry)) {
      this.#go([...steps, { id: entry.id, name: entry.name }], null, true);
    } else if (isLink(entry)) {
      const link = { from: steps, target: entry.target };
      this.#goTo((signal) => follow(this.#place(), link, this.#wait(signal)));
    } else this.#preview.focus();
  }

  /** @param {(signal: AbortSignal) => ReturnType<typeof follow>} find */
  async #goTo(find) {
    const { signal } = this.#begin();
    this.#foot.tell(text("files.opening"));
    const from = this.#steps;
    try {
      const { steps, name } = await find(signal);
      this.#go(steps, name, steps !== from);
      this.#list.focus();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  /**
   * @param {readonly Step[]} from
   * @param {readonly FileName[]} names
   * @param {AbortSignal} signal
   */
  async #walk(from, names, signal) {
    return walk(this.#place(), { from, names }, this.#wait(signal));
  }

  #place() {
    if (!this.#of || !this.#opened) throw new DOMException("nothing is open", "AbortError");
    return { files: this.#files, of: this.#of, opened: this.#opened };
  }

  #up() {
    if (this.#isFound) this.#leaveHits();
    else if (this.#steps.length > 0) this.#goBack(this.#steps.length - 1);
  }

  /** @param {number} depth of a folder on the way to the one that is shown */
  #goBack(depth) {
    this.#go(this.#steps.slice(0, depth), this.#steps[depth]?.name ?? null, true);
    this.#list.focus();
  }

  /** @param {OpenedVolume["subvolumes"][number] | null} subvolume */
  #enterSubvolume(subvolume) {
    const name = subvolume && { text: pathText(subvolume.path), bytes: null };
    this.#go(subvolume && name ? [{ id: subvolume.id, name }] : [], null, true);
  }

  /** What the history says, on the way back or forth. */
  #follow() {
    if (!this.#volume || !this.#opened || !location.hash.includes("part=files")) return;
    const steps = this.#trails.here(placeKey(this.#volume));
    const from = this.#steps[steps.length] ?? null;
    if (!isSameWay(steps, this.#steps)) this.#go(steps, from?.name ?? null, false);
  }

  #trail() {
    return { volume: this.#volume ? placeKey(this.#volume) : "", steps: this.#steps };
  }

  /**
   * @param {import("./order.js").Order} order
   * @param {boolean} withHidden
   */
  #arrange(order, withHidden) {
    this.#items.arrange(order, withHidden);
    this.#list.show(this.#items.shown, order);
    this.#list.toTop();
    if (this.#leftOut !== null) this.#foot.count(this.#items, this.#leftOut);
  }

  /** @param {ReturnType<typeof wantedOf>} wanted */
  #save({ chosen, form }) {
    if (this.#volume && chosen.length > 0) {
      this.#send({ type: "files-wanted", volume: this.#volume, chosen, form });
    }
  }

  /** Gives up what is being done, for something else. */
  #begin() {
    this.#work.abort();
    this.#work = new AbortController();
    this.#trouble.clear();
    this.#foot.rest();
    return this.#work;
  }

  #empty() {
    this.#items.empty();
    this.#leftOut = null;
    this.#list.say("");
    this.#foot.say("");
    this.#list.begin([], this.#items.order, null);
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Required<import("../../page/files.js").Wait>}
   */
  #wait(signal) {
    return { signal, onProgress: (update) => !signal.aborted && this.#foot.tellUnpacking(update) };
  }

  #stopListing() {
    this.#work.abort();
    this.#foot.rest();
    this.#foot.say(text("files.stopped", { count: this.#items.count }));
    this.#list.focus();
  }

  /**
   * @param {unknown} error
   * @param {AbortSignal} signal
   */
  #fail(error, signal) {
    if (signal.aborted) return;
    this.#foot.rest();
    this.#trouble.warn(faultOf(error), "");
  }
}
