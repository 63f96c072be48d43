/** What stands above the bytes: what of, a place to go to, and something to find. */
import { size } from "../../words/format.js";
import { text } from "../../words/text.js";
import { fill, h, setAttribute, setText } from "../dom.js";
import { button } from "../parts.js";
import { needleOf, placeIn } from "./read.js";

/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {{ value: string, label: string, of: Looked }} Choice */
/**
 * @typedef {object} On
 * @property {(of: Looked) => void} choose
 * @property {(at: number) => string | null} jump returns why it cannot
 * @property {(needle: Uint8Array<ArrayBuffer>, folded: boolean, backwards: boolean) => void} find
 * @property {() => void} stop
 * @property {(how: "hex" | "text") => void} copy
 */

/** Characters that can be sought. */
const SOUGHT_MAX = 512;
/** Bytes that can be. */
const NEEDLE_MAX = 256;

/** @param {On} on */
export function bar(on) {
  const of = chooser(on.choose);
  const jump = jumper(on.jump);
  const search = finder(on);
  const copies = [
    button(text("hex.copy-hex"), () => on.copy("hex")),
    button(text("hex.copy-text"), () => on.copy("text")),
  ];
  const root = h(
    "div",
    { class: "hex-bar" },
    of.root,
    jump.root,
    h("div", { class: "hex-copies" }, copies),
    search.root,
  );
  return { root, of, search, jump };
}

/** @param {(of: Looked) => void} choose */
function chooser(choose) {
  const list = h("select", { id: "hex-of" });
  /** @type {readonly Choice[]} */
  let known = [];
  list.addEventListener("change", () => {
    const found = known.find(({ value }) => value === list.value);
    if (found) choose(found.of);
  });
  const root = h("label", { class: "hex-of", for: "hex-of" }, text("hex.of"), " ", list);

  /**
   * @param {readonly Choice[]} choices
   * @param {Looked} chosen
   */
  function draw(choices, chosen) {
    if (JSON.stringify(choices) !== JSON.stringify(known)) {
      fill(
        list,
        choices.map(({ value, label }) => h("option", { value }, label)),
      );
    }
    known = choices;
    const value = String(chosen);
    if (list.value !== value) list.value = value;
  }

  return { root, draw };
}

/** @param {(at: number) => string | null} jump */
function jumper(jump) {
  const trouble = h("p", { class: "hex-trouble", id: "hex-jump-trouble", role: "alert" });
  const input = h("input", {
    type: "text",
    class: "hex-input",
    id: "hex-jump",
    autocomplete: "off",
    spellcheck: "false",
    size: 14,
    placeholder: "0x1f000, 5 GiB",
    "aria-describedby": "hex-jump-trouble",
  });
  const root = h(
    "form",
    { class: "hex-form" },
    h("label", { for: "hex-jump" }, text("hex.jump")),
    input,
    h("button", { class: "button", type: "submit" }, text("hex.jump-do")),
    trouble,
  );
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    const place = placeIn(input.value);
    const why = place === null ? text("hex.jump-bad") : jump(place);
    setText(trouble, why ?? "");
    setAttribute(input, "aria-invalid", why === null ? null : "true");
  });
  return { root, focus: () => input.focus() };
}

/** @param {Pick<On, "find" | "stop">} on */
function finder(on) {
  const { input, kind, folded, says } = findParts();
  const stop = button(text("hex.find-stop"), on.stop, { hidden: true });
  /** @param {boolean} backwards */
  const start = (backwards) => {
    const how = /** @type {import("./read.js").NeedleKind} */ (kind.value);
    const needle = needleOf(input.value, how);
    const why = troubleOf(needle);
    setText(says, why ?? "");
    setAttribute(input, "aria-invalid", why === null ? null : "true");
    if (needle && why === null) on.find(needle, folded.checked && how !== "bytes", backwards);
  };
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    start(event.shiftKey);
  });
  kind.addEventListener("change", () => {
    folded.disabled = kind.value === "bytes";
  });
  const root = h(
    "div",
    { class: "hex-form hex-find", role: "search" },
    h("label", { for: "hex-find" }, text("hex.find")),
    input,
    kind,
    button(text("hex.find-next"), () => start(false)),
    button(text("hex.find-before"), () => start(true)),
    h("label", { class: "hex-folded" }, folded, " ", text("hex.find-folded")),
    stop,
    says,
  );

  /**
   * @param {string} words
   * @param {boolean} isRunning
   */
  function tell(words, isRunning) {
    setText(says, words);
    stop.hidden = !isRunning;
  }

  return { root, tell, focus: () => input.focus() };
}

function findParts() {
  const input = h("input", {
    type: "search",
    class: "hex-input",
    id: "hex-find",
    autocomplete: "off",
    spellcheck: "false",
    maxlength: SOUGHT_MAX,
    size: 16,
    "aria-describedby": "hex-find-says",
  });
  const kind = h(
    "select",
    { "aria-label": text("hex.find-kind") },
    h("option", { value: "text" }, text("hex.find-text")),
    h("option", { value: "utf16" }, text("hex.find-utf16")),
    h("option", { value: "bytes" }, text("hex.find-bytes")),
  );
  const folded = h("input", { type: "checkbox" });
  const says = h("p", { class: "hex-says", id: "hex-find-says", role: "status" });
  return { input, kind, folded, says };
}

/** @param {Uint8Array | null} needle */
function troubleOf(needle) {
  if (needle === null) return text("hex.find-bad-bytes");
  if (needle.length === 0) return text("hex.find-nothing");
  return needle.length > NEEDLE_MAX ? text("hex.find-too-long", { size: size(NEEDLE_MAX) }) : null;
}
