/** What is in a file, as far as it can be shown: a text, a picture, or bytes. */
import { size, hexDump } from "../../words/format.js";
import { faultOf, faultWords, unpackingWords } from "../../words/files.js";
import { FILE } from "../../words/shown.js";
import { text } from "../../words/text.js";
import { fill, h } from "../dom.js";
import { foreign, sign } from "../parts.js";
import { decodedAnyhow, formOf, FORMS } from "./decode.js";
import { drawPicture, PICTURE_MAX } from "./picture.js";

/** @typedef {import("../../page/files.js").Files} Files */
/** @typedef {import("../../page/files.js").Of} Of */
/** @typedef {import("../../shared/files.js").FileFault} FileFault */
/** @typedef {import("./decode.js").Form} Form */
/** @typedef {{ bytes: Uint8Array<ArrayBuffer>, fault: FileFault | null }} Beginning */

/** Bytes that are shown as text, and as bytes. */
const TEXT_MAX = 256 * 1024;
const BYTES_MAX = 4096;

export class Contents {
  root = h("div", { class: "files-contents" });
  #files;
  #list = h("select", { id: "files-form" });
  #choice = h(
    "label",
    { class: "files-of", for: "files-form" },
    text("files.shown-as"),
    " ",
    this.#list,
  );
  #says = h("p", { class: "quiet", role: "status" });
  #place = h("div", { class: "files-body" });
  #work = new AbortController();
  /** @type {{ of: Of, id: bigint, size: number, begun: Beginning } | null} */
  #shown = null;

  /** @param {Files} files */
  constructor(files) {
    this.#files = files;
    this.#list.addEventListener("change", () => {
      this.#draw(/** @type {Form} */ (this.#list.value));
    });
    fill(this.root, this.#choice, this.#says, this.#place);
    this.clear();
  }

  clear() {
    this.#work.abort();
    this.#shown = null;
    this.root.hidden = true;
    fill(this.#place);
  }

  /**
   * @param {Of} of
   * @param {bigint} id
   * @param {number} bytes that it says it has
   */
  async show(of, id, bytes) {
    this.clear();
    const { signal } = (this.#work = new AbortController());
    this.root.hidden = false;
    this.#choice.hidden = true;
    this.#says.textContent = bytes === 0 ? text("files.is-empty") : text("files.reading");
    if (bytes === 0) return;
    try {
      const begun = await this.#beginning(of, id, Math.min(bytes, TEXT_MAX), signal);
      if (signal.aborted) return;
      this.#shown = { of, id, size: bytes, begun };
      this.#offer(begun, bytes);
    } catch (error) {
      if (!signal.aborted) this.#refuse(faultOf(error));
    }
  }

  /**
   * @param {Of} of
   * @param {bigint} id
   * @param {number} length
   * @param {AbortSignal} signal
   */
  #beginning(of, id, length, signal) {
    const onProgress = (/** @type {import("../../shared/files.js").FilesUpdate} */ update) => {
      if (!signal.aborted) this.#says.textContent = unpackingWords(update);
    };
    return this.#files.beginning(of, id, length, { signal, onProgress });
  }

  /**
   * @param {Beginning} begun
   * @param {number} all bytes of the file
   */
  #offer({ bytes, fault }, all) {
    this.#says.textContent = "";
    if (fault && bytes.length === 0) return this.#refuse(fault);
    const form = formOf(bytes, bytes.length < all);
    const forms = form === "picture" ? [form, ...FORMS] : FORMS;
    fill(
      this.#list,
      forms.map((value) => h("option", { value }, text(`files.form.${value}`))),
    );
    this.#list.value = form;
    this.#choice.hidden = false;
    this.#draw(form);
  }

  /** @param {Form} form */
  #draw(form) {
    if (!this.#shown) return;
    const { size: all, begun } = this.#shown;
    if (form === "picture") {
      this.#drawPicture();
      return;
    }
    const most = form === "bytes" ? BYTES_MAX : TEXT_MAX;
    const bytes = begun.bytes.subarray(0, most);
    const isCut = bytes.length < all;
    const words =
      form === "bytes" ? hexDump(bytes) : decodedAnyhow(bytes, form, isCut && !begun.fault);
    const isAllOfIt = bytes.length === begun.bytes.length;
    fill(
      this.#place,
      begun.fault && faultLine(begun.fault),
      isCut &&
        h(
          "p",
          { class: "quiet" },
          begun.fault && isAllOfIt
            ? text("files.up-to", { size: size(bytes.length) })
            : cutWords(bytes.length, begun.bytes.length, all),
        ),
      h(
        "pre",
        {
          class: "files-text",
          tabindex: 0,
          "data-form": form,
          "aria-label": text("files.contents"),
        },
        foreign(words, FILE),
      ),
    );
  }

  async #drawPicture() {
    const { signal } = this.#work;
    const shown = this.#shown;
    if (!shown) return;
    const { of, id, size: all } = shown;
    if (all > PICTURE_MAX) {
      return this.#tell(text("files.picture-too-large", { size: size(PICTURE_MAX) }));
    }
    fill(this.#place);
    try {
      const isThere = shown.begun.bytes.length >= all || shown.begun.fault !== null;
      const { bytes, fault } = isThere ? shown.begun : await this.#beginning(of, id, all, signal);
      if (signal.aborted || this.#list.value !== "picture") return;
      this.#says.textContent = "";
      if (fault) return this.#refuse(fault);
      const drawn = await drawPicture(bytes);
      if (signal.aborted || this.#list.value !== "picture") return;
      if (typeof drawn === "string") this.#tell(drawn);
      else fill(this.#place, drawn);
    } catch (error) {
      if (!signal.aborted) this.#refuse(faultOf(error));
    }
  }

  /** @param {string} words */
  #tell(words) {
    fill(this.#place, h("p", {}, words));
  }

  /** @param {FileFault} fault */
  #refuse(fault) {
    this.#says.textContent = "";
    fill(this.#place, faultLine(fault));
  }
}

/**
 * @param {number} shown bytes
 * @param {number} had bytes that were read
 * @param {number} all bytes that it says it has
 */
function cutWords(shown, had, all) {
  const isShort = had < Math.min(all, TEXT_MAX);
  return isShort && shown === had
    ? text("files.ends-early", { size: size(had) })
    : text("files.first", { size: size(shown) });
}

/** @param {FileFault} fault */
export function faultLine(fault) {
  return h(
    "p",
    { class: "files-trouble" },
    sign("damage"),
    h(
      "span",
      {},
      faultWords(fault),
      fault.about !== "" && h("span", { class: "technical line" }, foreign(fault.about)),
    ),
  );
}
