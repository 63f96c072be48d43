/** The rows of bytes with all that is around them, and what a person does with them. */
import { failureOf } from "../../shared/failure.js";
import { hex } from "../../words/numbers.js";
import { failureSentence } from "../../words/sentences.js";
import { text } from "../../words/text.js";
import { h, setAttribute, setText } from "../dom.js";
import { Asker } from "./asker.js";
import { bar } from "./bar.js";
import { copied } from "./copy.js";
import { factsPanel } from "./facts.js";
import { Grid } from "./grid.js";
import { byHand } from "./hand.js";
import { legend } from "./legend.js";
import { Seeker } from "./seeker.js";
import { Sheet } from "./sheet.js";
import { rowAfter, trackOf } from "./track.js";

/** @typedef {import("../../page/model.js").Look} Look */
/** @typedef {import("../../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {import("./bar.js").Choice} Choice */

/** Rows that are shown at once. */
const ROWS = 24;
/** After so long without scrolling the bar is put where it belongs. */
const STILL_MS = 200;
/** A place is told to the address not more often. */
const TELL_MS = 400;
/** What is pointed at is asked about after so long. */
const POINT_MS = 80;
/** How many bytes a row may have: as many as there is room for. */
const WIDTHS = [16, 8, 4];

/** Many fields: the place, the rows and what is known of them are one picture. */
export class Field {
  root;
  #send;
  #looking;
  #sheet;
  #asker;
  #seeker;
  #bar;
  #facts;
  #grid = new Grid();
  #legend = legend();
  #scroller = h("div", {
    class: "hex-scroller",
    role: "grid",
    tabindex: "0",
    "aria-label": text("hex.grid"),
  });
  #spacer = h("div", { class: "hex-spacer", role: "presentation" });
  #trouble = h("p", { class: "hex-trouble", role: "alert", hidden: true });
  /** @type {readonly Choice[]} */
  #choices = [];
  #at = 0;
  /** The other end of what is selected. @type {number | null} */
  #anchor = null;
  #top = 0;
  #perRow = 16;
  #scrolled = 0;
  /** The byte that is pointed at. @type {number | null} */
  #pointed = null;
  /** @type {Look | null} */
  #look = null;
  #isDue = false;
  /** The cell that says where the cursor is. @type {HTMLElement | null} */
  #labelled = null;
  /** @type {Record<"still" | "tell" | "point", ReturnType<typeof setTimeout> | undefined>} */
  #timers = { still: undefined, tell: undefined, point: undefined };

  /**
   * @param {import("../../page/model.js").Send} send
   * @param {import("../../page/looking.js").Looking} looking
   */
  constructor(send, looking) {
    this.#send = send;
    this.#looking = looking;
    this.#sheet = new Sheet(looking);
    this.#asker = new Asker(looking, this.#sheet);
    this.#facts = factsPanel((of, at) => this.#goTo(of, at));
    this.#bar = bar({
      choose: (of) => this.#goTo(of, 0),
      jump: (at) => this.#jump(at),
      find: (needle, folded, backwards) => this.#find(needle, folded, backwards),
      stop: () => this.#seeker.stop(),
      copy: (how) => this.#copy(how),
    });
    this.#seeker = new Seeker(looking, this.#bar.search.tell);
    const sticky = h("div", { class: "hex-sticky", role: "presentation" }, this.#grid.root);
    this.#scroller.append(sticky, this.#spacer);
    const main = h("div", { class: "hex-main" }, this.#scroller, this.#legend.root);
    const body = h("div", { class: "hex-body" }, main, this.#facts.root);
    this.root = h("div", { class: "hex-all" }, this.#bar.root, this.#trouble, body);
    this.#listen();
  }

  #listen() {
    this.#scroller.addEventListener("scroll", () => this.#onScroll());
    this.root.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#seeker.stop();
    });
    byHand(this.#scroller, this.#grid, {
      move: (to, isSelecting) => this.#move(to, isSelecting),
      point: (place) => this.#point(place),
      copy: () => this.#copy("hex"),
      state: () => {
        const [top, size] = [this.#firstRow(), this.#sheet.size()];
        return { at: this.#at, size, perRow: this.#perRow, rows: ROWS, top };
      },
    });
    new ResizeObserver(() => this.#measure()).observe(this.#scroller);
  }

  /**
   * Another backup: nothing of the former one is shown.
   * @param {ShownArchive} archive
   * @param {readonly Choice[]} choices
   */
  open(archive, choices) {
    this.#seeker.stop();
    this.#looking.forget();
    this.#sheet.archive = archive;
    this.#choices = choices;
    this.#look = null;
    this.#bar.search.tell("", false);
    this.#set("file", 0);
  }

  /**
   * The scan has found more.
   * @param {ShownArchive} archive
   * @param {readonly Choice[]} choices
   * @param {boolean} isAtRest
   */
  learn(archive, choices, isAtRest) {
    this.#sheet.archive = archive;
    this.#choices = choices;
    const isIncomplete = this.#kinds().includes("unknown") || !this.#sheet.isWhole();
    if (isIncomplete || isAtRest) {
      this.#looking.forget();
      this.#asker.forget();
    }
    this.#bar.of.draw(choices, this.#sheet.of);
    this.#lay();
    this.#ask();
  }

  /** @param {Look | null} look what is to be looked at; null: it is not said */
  show(look) {
    if (look === this.#look) return;
    this.#look = look;
    if (!look || !this.#has(look.of)) return;
    const isHere = this.#sheet.meant(look.of) === this.#sheet.of && look.at === this.#at;
    if (!isHere) this.#set(look.of, look.at);
    this.root.scrollIntoView({ block: "nearest" });
  }

  /** The field to search, for the keyboard. */
  focusSearch() {
    this.#bar.search.focus();
  }

  /** @param {Looked} of */
  #has(of) {
    return this.#choices.some((choice) => choice.of === this.#sheet.meant(of));
  }

  /**
   * @param {Looked} of
   * @param {number} at
   */
  #set(of, at) {
    const sheet = this.#sheet;
    const meant = sheet.meant(of);
    if (sheet.of !== meant || this.#at !== at) this.#asker.forget();
    // Where a person was before is no longer told.
    clearTimeout(this.#timers.tell);
    sheet.of = meant;
    this.#anchor = null;
    this.#pointed = null;
    // Where the end is not known yet, there may be more than is known of.
    this.#at = sheet.isWhole() ? Math.max(0, Math.min(at, sheet.size() - 1)) : at;
    this.#bar.of.draw(this.#choices, sheet.of);
    this.#measure();
    this.#bring(true);
    this.#ask();
  }

  /**
   * A person goes there: it is a place of its own for the way back. What comes next, a
   * jump above all, is meant from there, drawn or not.
   * @param {Looked} of
   * @param {number} offset
   */
  #goTo(of, offset) {
    this.#set(of, offset);
    this.#send({ type: "placeChosen", of, offset });
  }

  /**
   * @param {number} at
   * @returns {string | null} why it cannot
   */
  #jump(at) {
    const bytes = this.#sheet.size();
    if (this.#sheet.isMeasured() && at >= bytes) {
      return text("hex.jump-beyond", { size: hex(bytes) });
    }
    this.#goTo(this.#sheet.of, at);
    this.#scroller.focus({ preventScroll: true });
    return null;
  }

  /** Of what kinds the bytes are that are shown. */
  #kinds() {
    const { from, to } = this.#shown();
    const places = Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);
    return [...new Set(places.flatMap((at) => this.#sheet.known(at)?.kind ?? []))];
  }

  /** The bytes that are shown. */
  #shown() {
    const from = this.#firstRow() * this.#perRow;
    return { from, to: Math.min(from + ROWS * this.#perRow, this.#sheet.size()) };
  }

  /** Digits of an offset. */
  #digits() {
    return Math.max(8, (this.#sheet.size() - 1).toString(16).length);
  }

  #firstRow() {
    return Math.floor(this.#top);
  }

  #track() {
    const rows = Math.ceil(this.#sheet.size() / this.#perRow);
    return trackOf(rows - ROWS, this.#grid.rowHeight() || 20);
  }

  /** As many bytes in a row as there is room for. */
  #measure() {
    const room = this.#scroller.clientWidth;
    const isFitting = (/** @type {number} */ each) =>
      this.#grid.widthOf(each, this.#digits()) <= room;
    const perRow = WIDTHS.find(isFitting) ?? 4;
    if (perRow !== this.#perRow) this.#top = Math.floor((this.#firstRow() * this.#perRow) / perRow);
    this.#perRow = perRow;
    this.#lay();
  }

  /** Makes the rows and the way to scroll them. */
  #lay() {
    this.#grid.resize(ROWS, this.#perRow);
    const height = this.#grid.rowHeight();
    const track = this.#track();
    this.#scroller.style.blockSize = height > 0 ? `${height * ROWS + 2}px` : "";
    this.#spacer.style.blockSize = `${track.pixels + height * ROWS}px`;
    setAttribute(this.#scroller, "aria-rowcount", Math.ceil(this.#sheet.size() / this.#perRow));
    this.#top = Math.min(this.#top, track.rowAt(track.pixels));
    this.#settle();
    this.#draw();
  }

  #onScroll() {
    const to = this.#scroller.scrollTop;
    const from = this.#scrolled;
    if (Math.abs(to - from) < 1) return;
    const moved = { from, to, shown: this.#scroller.clientHeight, height: this.#grid.rowHeight() };
    this.#top = rowAfter(this.#track(), this.#top, { ...moved, height: moved.height || 20 });
    this.#scrolled = to;
    clearTimeout(this.#timers.still);
    this.#timers.still = setTimeout(() => this.#settle(), STILL_MS);
    this.#draw();
  }

  /** Puts the bar where the rows are. */
  #settle() {
    this.#scroller.scrollTop = this.#track().pixelsOf(this.#top);
    // A browser may round it.
    this.#scrolled = this.#scroller.scrollTop;
  }

  /** @param {boolean} isJump whether the byte is brought to where there is something before it */
  #bring(isJump) {
    const row = Math.floor(this.#at / this.#perRow);
    const [first, last] = [this.#firstRow(), this.#firstRow() + ROWS - 1];
    if (row >= first && row <= last) return this.#draw();
    const most = Math.max(0, Math.ceil(this.#sheet.size() / this.#perRow) - ROWS);
    const wanted = isJump ? row - Math.floor(ROWS / 3) : row < first ? row : row - ROWS + 1;
    this.#top = Math.max(0, Math.min(most, wanted));
    this.#settle();
    this.#draw();
  }

  /**
   * @param {number} to
   * @param {boolean} isSelecting
   */
  #move(to, isSelecting) {
    const at = Math.max(0, Math.min(this.#sheet.size() - 1, to));
    this.#anchor = isSelecting ? (this.#anchor ?? this.#at) : null;
    this.#at = at;
    this.#pointed = null;
    this.#bring(false);
    this.#ask();
    clearTimeout(this.#timers.tell);
    this.#timers.tell = setTimeout(() => this.#tellPlace(), TELL_MS);
  }

  #tellPlace() {
    this.#look = { of: this.#sheet.of, at: this.#at };
    this.#send({ type: "look-moved", look: this.#look });
  }

  /** @param {{ row: number, at: number } | null} place */
  #point(place) {
    const at = place ? (this.#firstRow() + place.row) * this.#perRow + place.at : null;
    if (at === this.#pointed) return;
    this.#pointed = at !== null && at < this.#sheet.size() ? at : null;
    clearTimeout(this.#timers.point);
    this.#timers.point = setTimeout(() => this.#ask(), POINT_MS);
  }

  #draw() {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.#drawNow();
    });
  }

  #drawNow() {
    this.#drawRows();
    this.#drawCursor();
    this.#legend.draw(this.#kinds());
    this.#drawFacts();
    this.#read();
  }

  #drawRows() {
    const { from: first } = this.#shown();
    const bytes = this.#sheet.size();
    const { from, to } = this.#selection();
    const field = this.#fieldHere();
    const digits = this.#digits();
    const offsetOf = (/** @type {number} */ row) => {
      const at = first + row * this.#perRow;
      return at >= bytes && at > 0 ? null : at.toString(16).padStart(digits, "0");
    };
    this.#grid.draw(offsetOf, (row, within) => {
      const at = first + row * this.#perRow + within;
      return {
        known: this.#sheet.known(at),
        isCursor: at === this.#at,
        isSelected: at >= from && at < to && to - from > 1,
        isOfField: field !== null && at >= field.from && at < field.to,
      };
    });
  }

  #drawCursor() {
    const within = this.#at - this.#shown().from;
    const cell = this.#grid.cell(Math.floor(within / this.#perRow), within % this.#perRow);
    setAttribute(this.#scroller, "aria-activedescendant", cell?.id ?? null);
    if (cell !== this.#labelled) this.#labelled?.removeAttribute("aria-label");
    this.#labelled = cell;
    if (!cell) return;
    const known = this.#sheet.known(this.#at);
    const words = known ? text(`byte-kind.${known.kind}`) : text("hex.coming");
    setAttribute(cell, "aria-label", `${cell.textContent}, ${words}, ${hex(this.#at)}`);
  }

  #drawFacts() {
    const at = this.#pointed ?? this.#at;
    const { told } = this.#asker;
    const isOfThis = told?.at === at;
    this.#facts.draw({
      of: this.#sheet.of,
      at,
      known: this.#sheet.known(at) ?? null,
      what: isOfThis ? told.what : null,
      value: isOfThis ? told.value : null,
      isPacked: this.#sheet.isPacked(),
      nameOf: (id) => this.#sheet.nameOf(id),
    });
  }

  /** Bytes of the view that belong to the field that is told of. */
  #fieldHere() {
    const field = this.#asker.told?.what.field;
    if (!field || typeof this.#sheet.of === "number") return null;
    return { from: field.start, to: field.start + field.length };
  }

  #selection() {
    const other = this.#anchor ?? this.#at;
    return { from: Math.min(other, this.#at), to: Math.max(other, this.#at) + 1 };
  }

  async #read() {
    if (this.#scroller.clientHeight === 0) return;
    let bytes = this.#sheet.size();
    const arrived = () => {
      // How long an archive is shows when it is read.
      if (bytes !== this.#sheet.size()) {
        this.#measure();
        this.#bring(true);
        this.#ask();
      }
      bytes = this.#sheet.size();
      this.#draw();
    };
    await this.#attempt(this.#sheet.read(() => this.#shown(), arrived));
  }

  /** Asks what the byte at the cursor is, or the one that is pointed at. */
  async #ask() {
    this.#draw();
    const isNew = await this.#attempt(this.#asker.ask(this.#pointed ?? this.#at));
    if (isNew) this.#draw();
  }

  /**
   * @template Value
   * @param {Promise<Value>} work
   */
  async #attempt(work) {
    try {
      const value = await work;
      this.#trouble.hidden = true;
      return value;
    } catch (error) {
      this.#trouble.hidden = false;
      setText(this.#trouble, failureSentence(failureOf(error).code).text);
      return null;
    }
  }

  /**
   * @param {Uint8Array<ArrayBuffer>} needle
   * @param {boolean} folded
   * @param {boolean} backwards
   */
  async #find(needle, folded, backwards) {
    const { archive, of } = this.#sheet;
    if (!archive) return;
    const from = backwards ? this.#at : this.#at + 1;
    const wanted = { archive: archive.id, of, needle, folded, from, backwards };
    const found = await this.#seeker.find(wanted, this.#sheet.size());
    if (found === null || this.#sheet.archive?.id !== archive.id) return;
    this.#set(of, found);
    this.#anchor = found + needle.length - 1;
    this.#tellPlace();
    this.#draw();
  }

  /** @param {"hex" | "text"} how */
  async #copy(how) {
    const said = await copied(this.#selection(), how, (number) => this.#sheet.part(number));
    this.#send({ type: "said", text: said });
    this.#bar.search.tell(said, false);
  }
}
