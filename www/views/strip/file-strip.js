/** The archive drawn by position: which disk lies where in it, and where findings are. */
import { size } from "../../words/format.js";
import { text } from "../../words/text.js";
import { fill, h } from "../dom.js";
import { foreign, table } from "../parts.js";
import { bytesOf, cellsBetween, fileBlocks, rowsOf, ticksOf } from "./file-layout.js";
import { foldedTable, Frame } from "./frame.js";
import { cellAt, edge } from "./layout.js";
import { tellPointed } from "./marks.js";
import { INSET, paintFile } from "./painter.js";
import { clustersOf, fileWords } from "./says.js";

/** @typedef {import("../../core/vma_inspector.js").FilePicture} FilePicture */
/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("./layout.js").Span} Span */

/** Stretches that the table lists. */
const LISTED = 100;

/**
 * A strip of the archive, of any width.
 * @param {import("../../page/model.js").Send} send
 */
export function fileStrip(send) {
  const strip = new FileStrip(send);
  return {
    root: strip.root,
    /** @param {ShownArchive} archive */
    update: (archive) => strip.update(archive),
  };
}

class FileStrip {
  #send;
  #frame;
  /** @type {ShownArchive | null} */
  #archive = null;
  #legend = h("ul", { class: "strip-legend" });
  #table = foldedTable(() => this.#rows());
  #title = h("p", { class: "strip-title" });
  /** @type {unknown[]} */
  #asked = [];

  /** @param {import("../../page/model.js").Send} send */
  constructor(send) {
    this.#send = send;
    this.#frame = new Frame({
      label: text("strip.file"),
      paint: (pen, inks, frame) => {
        const picture = this.#archive?.filePicture;
        if (!picture) return;
        const { window, cursor } = frame;
        const width = frame.width();
        const blocks = fileBlocks(picture, window, width, pen.height - 2 * INSET);
        const at = cursor === null ? null : { from: cursor, to: cursor + 1 };
        const marks = { cursor: frame.pixels(at), mark: frame.pixels(frame.mark) };
        paintFile(pen, inks, blocks, ticksOf(picture, window, width), marks);
      },
      says: (at) => this.#says(at),
      point: (at) => this.#point(at),
      marked: (pointed) => pointed?.file ?? null,
      choose: (at) => this.#choose(at),
      next: (from, way, fine) => this.#next(from, way, fine),
      ask: (window, width) => this.#ask(window, width),
    });
    this.root = h(
      "div",
      { class: "strip-block" },
      this.#title,
      this.#frame.root,
      this.#legend,
      this.#table.root,
    );
  }

  /** @param {ShownArchive} archive */
  update(archive) {
    const former = this.#archive;
    const before = former?.filePicture ?? null;
    if (archive.id !== former?.id) this.#frame.reset();
    this.#archive = archive;
    const picture = archive.filePicture;
    // Names of disks become known as they are scanned.
    const isSame = archive.id === former?.id && archive.overview === former.overview;
    if (isSame && picture === before) return this.#frame.ask();
    const isPlain = archive.overview.container === "plain";
    fill(this.#title, isPlain ? text("strip.file") : text("strip.file-archive"));
    this.#frame.setTotal(picture?.size ?? (isPlain ? archive.file.size : 0));
    if (picture !== before) {
      this.#drawLegend();
      this.#table.draw();
    }
    this.#frame.changed();
  }

  /**
   * As long as nobody knows how long the archive is, all of it is asked for.
   * @param {Span} window
   * @param {number} cells
   */
  #ask({ from, to }, cells) {
    const archive = this.#archive;
    if (!archive) return;
    const isWhole = from === 0 && to === this.#frame.total();
    const end = isWhole ? Number.MAX_SAFE_INTEGER : to;
    const { phase, progress, report } = archive.scan;
    const asked = [archive.id, from, end, cells, phase, progress, report];
    if (asked.every((each, at) => Object.is(each, this.#asked[at]))) return;
    this.#asked = asked;
    this.#send({ type: "cells-wanted", archive: archive.id, deviceId: null, from, to: end, cells });
  }

  /** @param {number} device */
  #nameOf(device) {
    const devices = this.#archive?.overview.devices ?? [];
    return (
      devices.find(({ id }) => id === device)?.name ?? text("device.number", { id: String(device) })
    );
  }

  /**
   * @param {number} at
   * @returns {{ picture: FilePicture, cell: number } | null}
   */
  #cellAt(at) {
    const picture = this.#archive?.filePicture ?? null;
    const cell = picture ? cellAt(picture, at) : null;
    return picture && cell !== null ? { picture, cell } : null;
  }

  /** @param {number} at */
  #says(at) {
    const found = this.#cellAt(at);
    if (!found) return text("strip.waiting");
    const cells = { from: found.cell, to: found.cell + 1 };
    return fileWords(found.picture, cells, (device) => this.#nameOf(device));
  }

  /** @param {number | null} at */
  #point(at) {
    const found = at === null ? null : this.#cellAt(at);
    if (!found) return tellPointed(null);
    const disks = clustersOf(found.picture, { from: found.cell, to: found.cell + 1 });
    tellPointed({ by: this.#frame, file: null, disks });
  }

  /** @param {number} at */
  #choose(at) {
    this.#send({ type: "placeChosen", of: "archive", offset: Math.floor(at) });
  }

  /**
   * @param {number} from
   * @param {-1 | 1} way
   * @param {boolean} fine
   */
  #next(from, way, fine) {
    const found = this.#cellAt(from);
    if (!found) return from + way;
    const { picture, cell } = found;
    let next = cell + way;
    const kind = kindOf(picture, cell);
    while (!fine && next > 0 && next < picture.cells && kindOf(picture, next) === kind) next += way;
    return edge(picture, Math.max(0, Math.min(picture.cells, next)));
  }

  #drawLegend() {
    const picture = this.#archive?.filePicture;
    if (!picture) return fill(this.#legend);
    const rows = bytesOf(picture, { from: 0, to: picture.cells }).rows;
    const items = rows.flatMap((bytes, row) => {
      const device = picture.devices[row];
      if (bytes === 0) return [];
      const name = device === undefined ? text("strip.others") : foreign(this.#nameOf(device));
      const look = device === undefined ? "others" : String(row + 1);
      return [
        h("li", {}, h("span", { class: "swatch", "data-disk": look, "aria-hidden": "true" }), name),
      ];
    });
    return fill(this.#legend, items);
  }

  #rows() {
    const picture = this.#archive?.filePicture;
    if (!picture) return [h("p", { class: "quiet" }, text("strip.waiting"))];
    const columns = [
      text("strip.column-from"),
      text("strip.column-to"),
      text("strip.column-holds"),
    ];
    const rows = [];
    for (let cell = 0; cell < picture.cells && rows.length < LISTED;) {
      let behind = cell + 1;
      while (behind < picture.cells && kindOf(picture, behind) === kindOf(picture, cell)) {
        behind += 1;
      }
      rows.push([
        size(edge(picture, cell)),
        size(edge(picture, behind)),
        this.#held(picture, cell, behind),
      ]);
      cell = behind;
    }
    return [table(text("strip.file"), columns, rows, { class: "wide" })];
  }

  /**
   * @param {FilePicture} picture
   * @param {number} from
   * @param {number} to
   */
  #held(picture, from, to) {
    return fileWords(picture, { from, to }, (device) => this.#nameOf(device));
  }
}

/**
 * What a cell is taken for: the disks in it, and whether something of it is lost.
 * @param {FilePicture} picture
 * @param {number} cell
 */
function kindOf(picture, cell) {
  const cells = cellsBetween(picture, edge(picture, cell), edge(picture, cell + 1));
  const { rows, lost, doubt } = bytesOf(picture, cells ?? { from: cell, to: cell + 1 });
  const isSeen = edge(picture, cell) < picture.seen;
  return [
    isSeen,
    lost > 0,
    doubt > 0,
    ...rows.slice(0, rowsOf(picture)).map((bytes) => bytes > 0),
  ].join();
}
