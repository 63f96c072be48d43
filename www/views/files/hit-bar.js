/** The button that asks which files are hit, and what came of it. */
import { saveBlob } from "../../page/save-blob.js";
import { text } from "../../words/text.js";
import { fill, h, setText } from "../dom.js";
import { button, copyButton } from "../parts.js";
import { farWords, hitsText, limitsOf, NOT_FAR } from "./hits.js";

/** @typedef {import("./hits.js").End} End */
/** @typedef {import("./hits.js").Far} Far */
/** @typedef {import("./order.js").Item} Item */

const NAME = "files-that-are-hit.txt";

/** Many fields: a button for each thing that can be done. */
export class HitBar {
  root;
  #says = h("p", { class: "quiet", role: "status" });
  #limits = h("ul", { class: "files-notes quiet" });
  #looks;
  #stops;
  #leaves;
  #gives;
  /** A walk has come to its end. @type {(far: Far) => void} */
  #told;
  #far = NOT_FAR;
  /** What the text begins with. */
  #title = "";

  /**
   * @param {object} on
   * @param {() => void} on.look
   * @param {() => void} on.stop
   * @param {() => void} on.leave the folders are to be shown again
   * @param {() => readonly Item[]} on.items all that are shown
   * @param {() => import("../../page/files.js").Of | null} on.of the file system that is shown
   * @param {import("../../page/model.js").Send} on.send
   */
  constructor({ look, stop, leave, items, of, send }) {
    this.#told = ({ hit, cut }) => {
      const { archive, volume } = of() ?? {};
      if (archive === undefined || !volume) return;
      send({ type: "hits-told", archive, told: { volume, hit, isAll: cut === 0 } });
    };
    this.#looks = button(text("files.hits"), look);
    this.#stops = button(text("files.hits-stop"), stop);
    this.#leaves = button(text("files.hits-leave"), leave);
    const made = () => hitsText(items(), this.#head());
    const copies = copyButton(text("files.hits-copy"), made, send);
    const saves = button(text("files.hits-save"), () => {
      saveBlob(NAME, new Blob([made()], { type: "text/plain" }));
    });
    this.#gives = h("span", { class: "files-do" }, copies, saves);
    this.root = h(
      "div",
      { class: "files-hits", hidden: true },
      h("div", { class: "files-do" }, this.#looks, this.#stops, this.#gives, this.#leaves),
      this.#says,
      this.#limits,
    );
    this.rest();
  }

  /**
   * @param {boolean} isHurt whether anything of the disk is lost or in doubt
   * @param {string} title of the file system
   */
  offer(isHurt, title) {
    this.root.hidden = !isHurt;
    this.#title = title;
  }

  /** The folders are shown. */
  rest() {
    this.#looks.hidden = false;
    this.#stops.hidden = this.#leaves.hidden = this.#gives.hidden = true;
    setText(this.#says, "");
    fill(this.#limits, []);
  }

  /**
   * @param {number} _count
   * @param {Far | null} far null: it begins
   */
  far(_count, far) {
    this.#far = far ?? NOT_FAR;
    this.#tell("runs");
  }

  /**
   * What is said in place of rows.
   * @param {number} _count
   * @param {boolean | null} isCut whether there are more; null: it was stopped, or failed
   */
  end(_count, isCut) {
    this.#tell(isCut === null ? "stopped" : isCut ? "cut" : "done");
    if (isCut !== null) this.#told(this.#far);
    return "";
  }

  /** @param {End} end */
  #tell(end) {
    const isRunning = end === "runs";
    setText(this.#says, farWords(this.#far, end));
    const limits = isRunning ? [] : limitsOf(this.#far);
    fill(
      this.#limits,
      limits.map((words) => h("li", {}, words)),
    );
    const hadFocus = document.activeElement === this.#stops;
    this.#looks.hidden = true;
    this.#stops.hidden = !isRunning;
    this.#gives.hidden = isRunning || this.#far.hit === 0;
    this.#leaves.hidden = isRunning;
    if (hadFocus && !isRunning) this.#leaves.focus();
  }

  #head() {
    return [this.#title, this.#says.textContent ?? "", ...limitsOf(this.#far)];
  }
}
