/** A disk drawn by position: what is where on it, as far as is known. */
import { size } from "../../words/format.js";
import { count } from "../../words/numbers.js";
import { text } from "../../words/text.js";
import { fill, h, setAttribute } from "../dom.js";
import { foreign, table } from "../parts.js";
import { foldedTable, Frame } from "./frame.js";
import { cellAt, diskRuns, edge, KINDS, stretchAt, stretchesOf, sums } from "./layout.js";
import { tellPointed } from "./marks.js";
import { paintDisk } from "./painter.js";
import { bytesAt, CLUSTER, diskWords, kindWord, placeOf } from "./says.js";

/** @typedef {import("../../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../../core/vma_inspector.js").DiskPicture} DiskPicture */
/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("./layout.js").Span} Span */
/** @typedef {{ start: number, end: number, label: string }} Part bytes of the disk */

/** Stretches that the table lists. */
const LISTED = 100;
/** Parts that are drawn above a strip. */
const PARTS_MAX = 128;

/**
 * A strip for one disk, of any width.
 * @param {Device} device
 * @param {import("../../page/model.js").Send} send
 */
export function diskStrip(device, send) {
  const strip = new DiskStrip(device, send);
  return {
    root: strip.root,
    /**
     * @param {ShownArchive} archive
     * @param {readonly Part[]} parts what the disk is parted into
     * @param {boolean} isOpen whether there is to be a table of it as well
     */
    update: (archive, parts, isOpen) => strip.update(archive, parts, isOpen),
  };
}

class DiskStrip {
  #device;
  #send;
  #frame;
  /** @type {ShownArchive | null} */
  #archive = null;
  /** @type {readonly Part[]} */
  #parts = [];
  /** Made for the first parts. @type {HTMLElement | null} */
  #partsRow = null;
  /** Made when the disk is looked at. @type {ReturnType<typeof foldedTable> | null} */
  #table = null;
  /** What was asked for last, and what it depends on. @type {unknown[]} */
  #asked = [];

  /**
   * @param {Device} device
   * @param {import("../../page/model.js").Send} send
   */
  constructor(device, send) {
    this.#device = device;
    this.#send = send;
    this.#frame = new Frame({
      label: text("strip.disk", { name: device.name }),
      paint: (pen, inks, frame) => {
        const picture = this.#picture();
        const runs = picture
          ? diskRuns(picture, frame.window, frame.width())
          : [{ from: 0, to: frame.width(), kind: /** @type {const} */ ("unseen") }];
        const { cursor } = frame;
        const at = cursor === null ? null : { from: cursor, to: cursor + 1 };
        paintDisk(pen, inks, runs, { cursor: frame.pixels(at), mark: frame.pixels(frame.mark) });
        this.#placeParts();
      },
      says: (at) => this.#says(at),
      point: (at) => this.#point(at),
      marked: (pointed) => pointed?.disks.get(device.id) ?? null,
      choose: (at) => send({ type: "placeChosen", of: device.id, offset: at * CLUSTER }),
      next: (from, way, fine) => this.#next(from, way, fine),
      ask: (window, width) => this.#ask(window, width),
    });
    this.#frame.setTotal(device.clusters);
    this.root = h("div", { class: "strip-block" }, this.#frame.root);
  }

  /**
   * @param {ShownArchive} archive
   * @param {readonly Part[]} parts
   * @param {boolean} isOpen
   */
  update(archive, parts, isOpen) {
    if (isOpen && !this.#table) {
      this.#table = foldedTable(() => this.#rows());
      this.root.append(this.#table.root);
    }
    const before = this.#picture();
    const isSame = this.#archive !== null && parts === this.#parts;
    this.#archive = archive;
    const picture = this.#picture();
    if (isSame && picture === before) return this.#frame.ask();
    if (picture) this.#frame.setTotal(picture.clusters);
    if (parts !== this.#parts) this.#drawParts(parts);
    if (picture !== before) this.#table?.draw();
    // Paper shows nothing of a strip that nobody has looked at.
    setAttribute(this.root, "data-empty", !picture);
    this.#frame.changed();
  }

  #picture() {
    return this.#archive?.diskPictures.get(this.#device.id) ?? null;
  }

  /**
   * @param {Span} window
   * @param {number} cells
   */
  #ask({ from, to }, cells) {
    const archive = this.#archive;
    if (!archive) return;
    const { phase, progress, report } = archive.scan;
    const asked = [archive.id, from, to, cells, phase, progress, report];
    if (asked.every((each, at) => Object.is(each, this.#asked[at]))) return;
    this.#asked = asked;
    const deviceId = this.#device.id;
    this.#send({ type: "cells-wanted", archive: archive.id, deviceId, from, to, cells });
  }

  /** @param {number} at */
  #says(at) {
    const picture = this.#picture();
    const cell = picture ? cellAt(picture, at) : null;
    if (!picture || cell === null) return text("strip.waiting");
    return diskWords(picture, cell, this.#archive?.overview.container === "plain");
  }

  /** @param {number | null} at */
  #point(at) {
    const picture = this.#picture();
    const cell = picture && at !== null ? cellAt(picture, at) : null;
    if (!picture || cell === null) return tellPointed(null);
    const file = placeOf(picture, { from: cell, to: cell + 1 });
    tellPointed({ by: this.#frame, file, disks: new Map() });
  }

  /**
   * @param {number} from
   * @param {-1 | 1} way
   * @param {boolean} fine
   */
  #next(from, way, fine) {
    const picture = this.#picture();
    const cell = picture ? cellAt(picture, from) : null;
    if (!picture || cell === null) return from + way;
    if (fine) return edge(picture, Math.max(0, cell + way));
    const { from: start, to } = stretchAt(picture, cell);
    if (way === 1) return edge(picture, Math.min(to, picture.cells));
    return edge(picture, start === 0 ? 0 : stretchAt(picture, start - 1).from);
  }

  #rows() {
    const picture = this.#picture();
    if (!picture) return [h("p", { class: "quiet" }, text("strip.waiting"))];
    const { stretches, rest } = stretchesOf(picture, LISTED);
    const columns = [
      text("strip.column-from"),
      text("strip.column-to"),
      text("strip.column-kind"),
      text("strip.column-lost"),
      text("strip.column-place"),
    ];
    const rows = stretches.map((stretch) => {
      const place = placeOf(picture, stretch);
      const lost = sums(picture, stretch.from, stretch.to)[KINDS.indexOf("missing")] ?? 0;
      return [
        count(bytesAt(picture, edge(picture, stretch.from))),
        count(bytesAt(picture, edge(picture, stretch.to))),
        kindWord(stretch.kind),
        count(lost),
        place ? `${count(place.from)} – ${count(place.to)}` : text("strip.nowhere"),
      ];
    });
    const caption = text("strip.disk", { name: this.#device.name });
    return [
      table(caption, columns, rows, { class: "wide" }),
      rest > 0 && h("p", { class: "quiet" }, text("strip.rest")),
    ];
  }

  /** @param {readonly Part[]} parts */
  #drawParts(parts) {
    this.#parts = parts;
    if (!this.#partsRow) {
      if (parts.length === 0) return;
      this.#partsRow = h("div", { class: "strip-parts" });
      this.root.prepend(this.#partsRow);
    }
    this.#partsRow.hidden = parts.length === 0;
    fill(
      this.#partsRow,
      parts.slice(0, PARTS_MAX).map(({ start, end, label }) => {
        const words = `${size(start)} – ${size(end)}`;
        return h("span", { class: "strip-part", title: words }, foreign(label));
      }),
    );
  }

  #placeParts() {
    const { from, to } = this.#frame.window;
    const share = (/** @type {number} */ bytes) => (bytes / CLUSTER - from) / (to - from);
    [...(this.#partsRow?.children ?? [])].forEach((element, at) => {
      const part = this.#parts[at];
      if (!part || !(element instanceof HTMLElement)) return;
      const [start, end] = [Math.max(0, share(part.start)), Math.min(1, share(part.end))];
      element.hidden = end <= start;
      element.style.insetInlineStart = `${start * 100}%`;
      element.style.inlineSize = `${(end - start) * 100}%`;
    });
  }
}
