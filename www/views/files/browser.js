/** The files of one file system: its folders, what is found in them, and a preview. */
import { isSameName } from "../../page/files.js";
import { largestVolume, volumesOf } from "../../page/volumes.js";
import { faultOf, unpackingWords } from "../../words/files.js";
import { text } from "../../words/text.js";
import { fill, h, setText } from "../dom.js";
import { button } from "../parts.js";
import { choiceBar, wantedOf } from "./choice-bar.js";
import { faultLine } from "./contents.js";
import { Items } from "./items.js";
import { List } from "./list.js";
import { findBelow, listFolder } from "./lister.js";
import { clickedOrder, isFolder } from "./order.js";
import { pathBar } from "./path-bar.js";
import { Preview } from "./preview.js";
import { foundWords, searchBar } from "./search-bar.js";
import { Trails } from "./trail.js";
import { placeKey, shapeOf, volumeBar } from "./volume-bar.js";

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../page/files.js").Of} Of */
/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../../shared/files.js").FileFault} FileFault */
/** @typedef {import("../../shared/files.js").FileName} FileName */
/** @typedef {import("../../shared/files.js").OpenedVolume} OpenedVolume */
/** @typedef {import("../../shared/files.js").VolumePlace} VolumePlace */
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
  #list;
  #choice;
  #preview;
  #trouble = h("div", { class: "files-alert", role: "alert", hidden: true });
  #progress = h("p", { class: "quiet" });
  #says = h("p", { class: "quiet", role: "status" });
  #stop = button(text("files.stop"), () => this.#stopListing(), { hidden: true });
  #hidden = h("input", { type: "checkbox" });
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
    const save = (/** @type {Iterable<Item>} */ items) => this.#save(items);
    this.#preview = new Preview(files, save);
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
    this.root = this.#laidOut();
    this.#listen();
  }

  #laidOut() {
    const hidden = h("label", { class: "files-hidden" }, this.#hidden, " ", text("files.hidden"));
    const foot = h("div", { class: "files-foot" }, this.#says, this.#progress, this.#stop, hidden);
    const main = h("div", { class: "files-list" }, this.#choice.root, this.#list.root, foot);
    return h(
      "div",
      { class: "files-all" },
      this.#volumes.root,
      h("div", { class: "files-bar" }, this.#path.root, this.#search.root),
      this.#trouble,
      h("div", { class: "files-main" }, main, this.#preview.root),
    );
  }

  #listen() {
    this.#hidden.addEventListener("change", () => {
      this.#arrange(this.#items.order, this.#hidden.checked);
    });
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
    this.#volumes.draw(archive, this.#volume);
    if (!isNew) return;
    this.#files.forget();
    const names = this.#steps.map(({ name }) => name);
    this.#enter(this.#volume, names, this.#list.item?.entry.name ?? null);
  }

  /** @param {VolumePlace | null} wanted null: it is not said */
  show(wanted) {
    const archive = this.#archive;
    if (!archive) return;
    const isNew = wanted !== this.#asked;
    if (wanted && isNew) this.root.scrollIntoView({ block: "nearest" });
    this.#asked = wanted;
    const isRead = volumesOf(archive.contents).some(
      (each) => wanted && each.isRead && placeKey(each.place) === placeKey(wanted),
    );
    const kept = isNew ? null : this.#volume;
    const volume = isRead ? wanted : (kept ?? largestVolume(archive.contents));
    if (!volume) return;
    if (this.#volume && placeKey(volume) === placeKey(this.#volume)) {
      // Another part of the page was shown meanwhile.
      if (this.#steps.length > 0) this.#trails.keep(this.#trail());
      return;
    }
    this.#volume = volume;
    this.#shape = shapeOf(archive, volume);
    this.#volumes.draw(archive, volume);
    this.#enter(volume, null, null);
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
    this.#path.draw([]);
    this.#empty();
    this.#progress.textContent = text("files.opening");
    try {
      const wait = { signal, onProgress: this.#unpacking(signal) };
      const opened = await this.#files.open(of, wait);
      signal.throwIfAborted();
      this.#opened = opened;
      this.#volumes.tell(opened);
      const steps = names
        ? await this.#walk([], names, signal)
        : this.#trails.here(placeKey(volume));
      this.#go(steps, focus, false);
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
    this.#isFound = false;
    this.#wanted = focus;
    this.#empty();
    this.#stop.hidden = false;
    const folder = { of: this.#of, id: steps.at(-1)?.id ?? this.#opened.root };
    try {
      await listFolder(this.#files, folder, {
        signal,
        onProgress: this.#unpacking(signal),
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
      this.#progress.textContent = text("files.listing", { count: this.#items.count });
      return;
    }
    this.#rest();
    this.#leftOut = leftOut;
    this.#says.textContent = this.#countWords(leftOut);
    this.#list.say(this.#items.shown.length === 0 && !fault ? text("files.folder-empty") : "");
    if (fault) this.#warn(fault, text("files.folder-cut"));
  }

  #focusWanted() {
    const wanted = this.#wanted;
    const found = wanted && this.#items.shown.find(({ entry }) => isSameName(entry.name, wanted));
    if (!found) return;
    this.#wanted = null;
    this.#list.goTo(found);
  }

  /** @param {number} leftOut */
  #countWords(leftOut) {
    return [
      text("files.entries", { count: this.#items.count }),
      this.#items.hidden > 0 && text("files.entries-hidden", { count: this.#items.hidden }),
      leftOut > 0 && text("files.entries-left-out", { count: leftOut }),
    ]
      .filter((words) => words !== false)
      .join(" ");
  }

  /** @param {string} letters */
  async #find(letters) {
    if (!this.#of || !this.#opened) return;
    const { signal } = this.#begin();
    this.#empty();
    this.#isFound = true;
    const node = this.#steps.at(-1)?.id ?? this.#opened.root;
    let far = { folders: 0, faults: 0 };
    const tell = (/** @type {boolean} */ isRunning) =>
      this.#search.tell(foundWords(this.#items.count, far), isRunning);
    const arrived = (/** @type {Item[]} */ more, /** @type {typeof far} */ now) => {
      // Something else may have taken its place.
      if (this.#work.signal !== signal) return;
      far = now;
      this.#items.add(more);
      this.#list.show(this.#items.shown, this.#items.order);
      tell(true);
    };
    tell(true);
    try {
      const wanted = { ...this.#of, node, letters };
      const isCut = await findBelow(this.#files, wanted, { signal, arrived });
      if (this.#work.signal !== signal) return;
      tell(false);
      if (isCut) this.#search.tell(text("files.found-cut", { count: this.#items.count }), false);
      this.#list.say(this.#items.count === 0 ? text("files.found-none") : "");
    } catch (error) {
      if (this.#work.signal !== signal) return;
      tell(false);
      this.#fail(error, signal);
    }
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
  #open(item) {
    const { entry, folders } = item;
    if (folders) this.#goToHit(entry.name, folders);
    else if (isFolder(entry)) {
      this.#go([...this.#steps, { id: entry.id, name: entry.name }], null, true);
    } else this.#preview.focus();
  }

  /**
   * @param {FileName} name
   * @param {readonly FileName[]} folders
   */
  async #goToHit(name, folders) {
    const { signal } = this.#begin();
    this.#progress.textContent = text("files.opening");
    try {
      const steps = await this.#walk(this.#steps, folders, signal);
      this.#go(steps, name, folders.length > 0);
      this.#list.focus();
    } catch (error) {
      this.#fail(error, signal);
    }
  }

  /**
   * Folders by their names, from another one on, as far as they are there.
   * @param {readonly Step[]} from
   * @param {readonly FileName[]} names
   * @param {AbortSignal} signal
   * @returns {Promise<readonly Step[]>}
   */
  async #walk(from, names, signal) {
    const steps = [...from];
    const [of, opened] = [this.#of, this.#opened];
    if (!of || !opened) return [];
    for (const name of names) {
      const id = steps.at(-1)?.id ?? opened.root;
      const wait = { signal, onProgress: this.#unpacking(signal) };
      const subvolume = opened.subvolumes.find(({ path }) => pathText(path) === name.text);
      const entry =
        (steps.length === 0 && subvolume) || (await this.#files.find(of, id, name, wait));
      signal.throwIfAborted();
      if (!entry) break;
      steps.push({ id: entry.id, name });
    }
    return steps;
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
    const { hash } = location;
    if (!this.#volume || !this.#opened || !hash.includes("part=files")) return;
    const steps = this.#trails.here(placeKey(this.#volume));
    const from = this.#steps[steps.length] ?? null;
    const isSame =
      steps.length === this.#steps.length &&
      steps.every(({ id }, at) => id === this.#steps[at]?.id);
    if (!isSame) this.#go(steps, from?.name ?? null, false);
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
    if (this.#leftOut !== null) this.#says.textContent = this.#countWords(this.#leftOut);
  }

  /** @param {Iterable<Item>} items */
  #save(items) {
    const { chosen, form } = wantedOf(items);
    if (this.#volume && chosen.length > 0) {
      this.#send({ type: "files-wanted", volume: this.#volume, chosen, form });
    }
  }

  /** Gives up what is being done, for something else. */
  #begin() {
    this.#work.abort();
    this.#work = new AbortController();
    this.#trouble.hidden = true;
    this.#rest();
    return this.#work;
  }

  #rest() {
    this.#stop.hidden = true;
    setText(this.#progress, "");
  }

  #empty() {
    this.#items.empty();
    this.#leftOut = null;
    this.#list.say("");
    this.#says.textContent = "";
    this.#list.begin([], this.#items.order, null);
  }

  /** @param {AbortSignal} signal */
  #unpacking(signal) {
    return (/** @type {import("../../shared/files.js").FilesUpdate} */ update) => {
      if (!signal.aborted) this.#progress.textContent = unpackingWords(update);
    };
  }

  #stopListing() {
    this.#work.abort();
    this.#rest();
    this.#says.textContent = text("files.stopped", { count: this.#items.count });
    this.#list.focus();
  }

  /**
   * @param {unknown} error
   * @param {AbortSignal} signal
   */
  #fail(error, signal) {
    if (signal.aborted) return;
    this.#rest();
    this.#warn(faultOf(error), "");
  }

  /**
   * @param {FileFault} fault
   * @param {string} words
   */
  #warn(fault, words) {
    this.#trouble.hidden = false;
    fill(this.#trouble, words !== "" && h("p", {}, words), faultLine(fault));
  }
}

/** @param {readonly FileName[]} path */
function pathText(path) {
  return path.map(({ text: words }) => words).join("/");
}
