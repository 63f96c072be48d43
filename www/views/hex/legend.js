/** What signs and patterns mean that are shown. */
import { text } from "../../words/text.js";
import { fill, h } from "../dom.js";

/** @typedef {import("../../shared/looked.js").ByteKind} ByteKind */

/** What bytes of each kind look like. @type {Readonly<Record<ByteKind, string>>} */
const SAMPLES = { stored: "41", zero: "00", lost: "--", doubt: "41", unknown: "??" };

export function legend() {
  const root = h("ul", { class: "hex-legend" });
  let drawn = "";

  /** @param {readonly ByteKind[]} kinds */
  function draw(kinds) {
    const shown = kinds.filter((kind) => kind !== "stored").sort();
    if (shown.join() === drawn) return;
    drawn = shown.join();
    fill(
      root,
      shown.map((kind) => {
        const sample = { class: "hex-byte", "data-kind": kind, "aria-hidden": "true" };
        return h("li", {}, h("span", sample, SAMPLES[kind]), ` ${text(`byte-kind.${kind}`)}`);
      }),
    );
  }

  return { root, draw };
}
