/** The button that asks what was deleted, and what came of it. */
import { text } from "../../words/text.js";
import { fill, h, setText } from "../dom.js";
import { button } from "../parts.js";

/** @typedef {import("./lister.js").Far} Far */

export class DeletedBar {
  root;
  #says = h("p", { class: "quiet", role: "status" });
  #limits = h("ul", { class: "files-notes quiet" });
  #looks;
  #stops;
  #leaves;
  #faults = 0;

  /**
   * @param {object} on
   * @param {() => void} on.look
   * @param {() => void} on.stop
   * @param {() => void} on.leave the folders are to be shown again
   */
  constructor({ look, stop, leave }) {
    this.#looks = button(text("files.deleted"), look);
    this.#stops = button(text("files.hits-stop"), stop);
    this.#leaves = button(text("files.hits-leave"), leave);
    this.root = h(
      "div",
      { class: "files-hits", hidden: true },
      h("div", { class: "files-do" }, this.#looks, this.#stops, this.#leaves),
      this.#says,
      this.#limits,
    );
    this.rest();
  }

  /** @param {import("../../shared/files.js").OpenedVolume | null} opened null: not yet */
  offer(opened) {
    this.root.hidden = !opened?.keepsDeleted;
  }

  /** The folders are shown, or something else that was found. */
  rest() {
    this.#looks.hidden = false;
    this.#stops.hidden = this.#leaves.hidden = true;
    setText(this.#says, "");
    fill(this.#limits, []);
  }

  /**
   * @param {number} count
   * @param {Far | null} far null: it begins
   */
  far(count, far) {
    this.#faults = far?.faults ?? 0;
    this.#tell([text("files.deleted-count", { count })], true);
  }

  /**
   * What is said in place of rows.
   * @param {number} count
   * @param {boolean | null} isCut whether there are more; null: it was stopped, or failed
   */
  end(count, isCut) {
    const isNone = count === 0 && isCut === false && this.#faults === 0;
    this.#tell(
      [
        isNone ? text("files.deleted-none") : text("files.deleted-count", { count }),
        this.#faults > 0 && text("files.deleted-faults", { count: this.#faults }),
        isCut === true && text("files.deleted-more"),
        isCut === null && text("files.deleted-stopped"),
      ],
      false,
    );
    return "";
  }

  /**
   * @param {(string | false)[]} words
   * @param {boolean} isRunning
   */
  #tell(words, isRunning) {
    setText(this.#says, words.filter((each) => each !== false).join(" "));
    fill(this.#limits, isRunning ? [] : [h("li", {}, text("files.deleted-limits"))]);
    const hadFocus = document.activeElement === this.#stops;
    this.#looks.hidden = true;
    this.#stops.hidden = !isRunning;
    this.#leaves.hidden = isRunning;
    if (hadFocus && !isRunning) this.#leaves.focus();
  }
}
