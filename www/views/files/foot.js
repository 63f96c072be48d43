/** What stands below the list of files: how many there are, and how far it has come. */
import { unpackingWords } from "../../words/files.js";
import { text } from "../../words/text.js";
import { h, setText } from "../dom.js";
import { button } from "../parts.js";

/** @typedef {import("./items.js").Items} Items */

export class Foot {
  root;
  #says = h("p", { class: "quiet", role: "status" });
  #progress = h("p", { class: "quiet" });
  #stop;

  /**
   * @param {object} on
   * @param {() => void} on.stop listing is to be stopped
   * @param {(withHidden: boolean) => void} on.show
   */
  constructor({ stop, show }) {
    this.#stop = button(text("files.stop"), stop, { hidden: true });
    const box = h("input", { type: "checkbox" });
    box.addEventListener("change", () => show(box.checked));
    const hidden = h("label", { class: "files-hidden" }, box, " ", text("files.hidden"));
    this.root = h("div", { class: "files-foot" }, this.#says, this.#progress, this.#stop, hidden);
  }

  /** A folder is being listed. */
  begin() {
    this.#stop.hidden = false;
  }

  /** Nothing is being done any more. */
  rest() {
    this.#stop.hidden = true;
    setText(this.#progress, "");
  }

  /** @param {string} words */
  say(words) {
    this.#says.textContent = words;
  }

  /** @param {string} words */
  tell(words) {
    this.#progress.textContent = words;
  }

  /** @param {import("../../shared/files.js").FilesUpdate} update */
  tellUnpacking(update) {
    this.tell(unpackingWords(update));
  }

  /**
   * @param {Items} items
   * @param {number} leftOut entries that make no sense
   */
  count({ count, hidden }, leftOut) {
    const words = [
      text("files.entries", { count }),
      hidden > 0 && text("files.entries-hidden", { count: hidden }),
      leftOut > 0 && text("files.entries-left-out", { count: leftOut }),
    ];
    this.say(words.filter((each) => each !== false).join(" "));
  }
}
