/** What is known of the file that has the focus, and what is in it. */
import { exactSize, hexDump, size } from "../../words/format.js";
import {
  faultOf,
  longTime,
  modeLetters,
  modeOctal,
  nameBytes,
  typeWord,
} from "../../words/files.js";
import { count } from "../../words/numbers.js";
import { text } from "../../words/text.js";
import { fill, h } from "../dom.js";
import { button, facts, foreign, listItems } from "../parts.js";
import { saveButtons } from "./choice-bar.js";
import { Contents, faultLine } from "./contents.js";
import { typeOf } from "./order.js";
import { shownName } from "./row.js";

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../page/files.js").Of} Of */
/** @typedef {import("../../shared/files.js").FileEntry} FileEntry */
/** @typedef {import("./order.js").Item} Item */
/** @typedef {import("../../shared/files.js").FilesRequests["fileDetails"]["result"]} Details */
/** @typedef {import("./choice-bar.js").Stream} Stream */

/** The contents are asked for after the focus has stayed so long. */
const STILL_MS = 200;
/** Bytes of an attribute that are shown. */
const VALUE_MAX = 512;

/** Many fields: each part of the pane is filled by itself. */
export class Preview {
  root;
  prefer;
  #files;
  #contents;
  #title = h("h3", { id: "files-shown", tabindex: -1 });
  #facts = h("div", { class: "files-facts" });
  #more = h("div", { class: "files-more" });
  #save;
  #saveStream;
  #details;
  /** @type {Item | null} */
  #item = null;
  /** @type {Of | null} */
  #of = null;
  #work = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer = undefined;

  /**
   * @param {Files} files
   * @param {(items: Iterable<Item>, packed: import("./choice-bar.js").Packed) => void} save
   * @param {(item: Item, stream: Stream) => void} saveStream
   */
  constructor(files, save, saveStream) {
    this.#saveStream = saveStream;
    this.#files = files;
    this.#contents = new Contents(files);
    this.#save = saveButtons((packed) => this.#item && save([this.#item], packed));
    this.prefer = this.#save.prefer;
    this.#details = button(text("files.details"), () => this.#showDetails());
    this.root = h(
      "section",
      { class: "files-preview", "aria-labelledby": "files-shown" },
      this.#title,
      h("div", { class: "files-do" }, this.#save.roots, this.#details),
      this.#contents.root,
      this.#facts,
      this.#more,
    );
  }

  focus() {
    this.#title.focus();
  }

  /**
   * @param {Of} of
   * @param {Item | null} item
   */
  show(of, item) {
    if (item === this.#item && of === this.#of) return;
    [this.#of, this.#item] = [of, item];
    clearTimeout(this.#timer);
    this.#work.abort();
    this.#contents.clear();
    fill(this.#more);
    this.root.hidden = item === null;
    if (!item) return;
    const { entry } = item;
    fill(this.#title, shownName(entry.name));
    fill(this.#facts, entry.fault && faultLine(entry.fault), factsOf(entry));
    this.#save.draw([item]);
    this.#details.hidden = entry.node === null || item.was !== undefined;
    if (item.was) return fill(this.#more, wasLines(item.was));
    const { node } = entry;
    if (node?.type !== "file") return;
    this.#timer = setTimeout(() => this.#contents.show(of, entry.id, node.size), STILL_MS);
  }

  async #showDetails() {
    const [of, item] = [this.#of, this.#item];
    if (!of || !item) return;
    const { signal } = (this.#work = new AbortController());
    fill(this.#more, h("p", { class: "quiet" }, text("files.reading")));
    try {
      const told = await this.#files.details(of, item.entry.id, { signal });
      if (!signal.aborted) {
        fill(this.#more, ...detailsOf(told, (stream) => this.#saveStream(item, stream)));
      }
    } catch (error) {
      if (!signal.aborted) fill(this.#more, faultLine(faultOf(error)));
    }
  }
}

/** @param {import("./order.js").Was} was */
function wasLines({ isNameWhole, isPathKnown }) {
  return [
    h("p", {}, text("files.deleted-is")),
    !isNameWhole && h("p", {}, text("files.deleted-letter")),
    !isPathKnown && h("p", {}, text("files.deleted-somewhere")),
  ];
}

/** @param {FileEntry} entry */
function factsOf(entry) {
  const { name, id, target, node } = entry;
  const bytes = nameBytes(name);
  const kind = typeOf(entry);
  const unix = node?.unix ?? null;
  /** @type {[string, string | null][]} */
  const times = [
    [text("files.modified"), longTime(node?.modified ?? null)],
    [text("files.changed"), longTime(node?.changed ?? null)],
    [text("files.accessed"), longTime(node?.accessed ?? null)],
    [text("files.created"), longTime(node?.created ?? null)],
  ];
  const device = node?.device ?? null;
  return facts(
    [
      [text("files.column.type"), typeWord(kind)],
      target && [text("files.target"), shownName(target)],
      node && node.type !== "directory" && [text("files.column.size"), exactSize(node.size)],
      ...times.map(
        ([label, time]) => /** @type {[string, string] | null} */ (time && [label, time]),
      ),
      unix && [
        text("files.column.mode"),
        h("code", {}, `${modeOctal(unix.mode)} ${modeLetters(unix.mode, kind)}`),
      ],
      unix && [
        text("files.column.owner"),
        text("files.owner", { user: String(unix.user), group: String(unix.group) }),
      ],
      node && node.links !== null && [text("files.links"), count(node.links)],
      [text("files.inode"), String(id)],
      device && [text("files.device"), `${device.major}, ${device.minor}`],
      bytes !== null && [text("files.name-bytes"), h("code", {}, foreign(bytes))],
    ],
    true,
  );
}

/**
 * @param {Details} told
 * @param {(stream: Stream) => void} save
 */
function detailsOf({ attributes, streams, fault }, save) {
  return [
    fault && faultLine(fault),
    h("h4", {}, text("files.attributes")),
    attributes === null || attributes.length === 0
      ? h(
          "p",
          { class: "quiet" },
          attributes === null ? text("files.attributes-not-read") : text("files.attributes-none"),
        )
      : h(
          "ul",
          {},
          listItems(attributes, ({ name, value }) =>
            h("span", {}, shownName(name), h("pre", { class: "files-value" }, valueWords(value))),
          ),
        ),
    streams.length > 0 && h("h4", {}, text("files.streams")),
    streams.length > 0 &&
      h(
        "ul",
        {},
        listItems(streams, (each) =>
          h(
            "span",
            {},
            shownName(each.name),
            ` · ${size(each.size)} `,
            button(text("files.save-stream", { name: each.name.text }), () => save(each)),
          ),
        ),
      ),
  ];
}

/**
 * A value that is plain ASCII, with a NUL at its end or without; any other as bytes.
 * @param {Uint8Array} value
 */
function valueWords(value) {
  const shown = value.subarray(0, VALUE_MAX);
  const rest = value.length - shown.length;
  const letters = String.fromCharCode(...shown).replace(/\0$/, "");
  const words = /^[\x20-\x7e\n\t]*$/.test(letters) ? letters : hexDump(shown);
  return rest > 0 ? `${words}\n${text("shown.rest", { count: rest })}` : words;
}
