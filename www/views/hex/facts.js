/** What a byte is: the one place in which that is told. */
import { size } from "../../words/format.js";
import { count, hex } from "../../words/numbers.js";
import { keyOf, text } from "../../words/text.js";
import { fill, h } from "../dom.js";
import { button, facts, foreign } from "../parts.js";
import { fieldValue } from "./field-value.js";
import { letter, two } from "./read.js";

/** @typedef {import("../../shared/looked.js").ByteFacts} ByteFacts */
/** @typedef {import("../../shared/looked.js").Looked} Looked */
/** @typedef {import("./grid.js").Known} Known */
/**
 * @typedef {object} Told
 * @property {Looked} of
 * @property {number} at
 * @property {Known | null} known
 * @property {ByteFacts | null} what null: not there yet
 * @property {Uint8Array | null} value the first bytes of its field
 * @property {boolean} isPacked whether the archive is packed in the file
 * @property {(device: number) => string | null} nameOf
 */

const CLUSTER = 65_536;
const BLOCK = 4096;

/** @param {(of: Looked, at: number) => void} go */
export function factsPanel(go) {
  const body = h("div", { class: "hex-facts-body" });
  const root = h(
    "section",
    { class: "hex-facts", "aria-labelledby": "hex-facts-title" },
    h("h3", { id: "hex-facts-title" }, text("hex.what")),
    body,
  );
  let drawn = "";

  /** @param {Told} told */
  function draw(told) {
    // What is pointed at is often the same byte.
    const state = JSON.stringify([told, told.value && [...told.value]]);
    if (state === drawn) return;
    drawn = state;
    fill(body, ...rows(told, go));
  }

  return { root, draw };
}

/**
 * @param {Told} told
 * @param {(of: Looked, at: number) => void} go
 */
function rows(told, go) {
  const { of, at, known, what } = told;
  const kind = what?.kind ?? known?.kind ?? null;
  return [
    what?.field && fieldWords(told, what.field),
    facts(
      [
        [text("hex.offset"), `${hex(at)} · ${text("count.byte", { count: at })}`],
        known && isThere(known.kind) && [text("hex.value"), valueWords(known.byte)],
        kind && [text("hex.kind"), kindWords(kind)],
        typeof of === "number" && [text("hex.cluster"), clusterWords(at)],
        what && what.place !== null && typeof of === "number" && placeRow(told, what.place, go),
        what?.stored ? storedRow(told, what.stored, go) : null,
        what?.extent ? extentRow(what.extent, go) : null,
      ],
      true,
    ),
  ];
}

/** @param {import("../../shared/looked.js").ByteKind} kind */
function isThere(kind) {
  return kind !== "lost" && kind !== "unknown";
}

/** @param {number} byte */
function valueWords(byte) {
  const sign = byte > 31 && byte < 127 ? ` · “${letter(byte)}”` : "";
  return `0x${two(byte)} · ${byte} · ${byte.toString(2).padStart(8, "0")}${sign}`;
}

/** @param {import("../../shared/looked.js").ByteKind} kind */
function kindWords(kind) {
  return h(
    "span",
    {},
    h("strong", {}, text(`byte-kind.${kind}`)),
    ". ",
    text(`byte-kind.${kind}-means`),
  );
}

/** @param {number} at on a disk */
function clusterWords(at) {
  const [cluster, block] = [Math.floor(at / CLUSTER), Math.floor((at % CLUSTER) / BLOCK)];
  return text("hex.cluster-block", { cluster, block });
}

/**
 * @param {Told} told
 * @param {number} place
 * @param {(of: Looked, at: number) => void} go
 * @returns {[string, import("../dom.js").Child]}
 */
function placeRow({ isPacked }, place, go) {
  const name = isPacked ? text("hex.in-archive") : text("hex.in-file");
  return [name, link(place, () => go("archive", place))];
}

/**
 * @param {Told} told
 * @param {NonNullable<ByteFacts["stored"]>} stored
 * @param {(of: Looked, at: number) => void} go
 * @returns {[string, import("../dom.js").Child | import("../dom.js").Child[]]}
 */
function storedRow({ of, at, what, nameOf }, { deviceId, slot, cluster, block }, go) {
  const slotWords = text("hex.slot", { slot });
  if (typeof of === "number") return [text("hex.slot-title"), slotWords];
  const within = at - (what?.extent?.start ?? 0) - 512;
  const place = cluster * CLUSTER + block * BLOCK + (within % BLOCK);
  const name = nameOf(deviceId);
  const words = text("hex.cluster-block", { cluster, block });
  const label = name === null ? String(deviceId) : foreign(name);
  return [
    text("hex.on-disk"),
    [label, `, ${words}, ${slotWords} · `, name !== null && link(place, () => go(deviceId, place))],
  ];
}

/**
 * @param {{ start: number, size: number }} extent
 * @param {(of: Looked, at: number) => void} go
 * @returns {[string, import("../dom.js").Child[]]}
 */
function extentRow({ start, size: bytes }, go) {
  return [text("hex.extent"), [link(start, () => go("archive", start)), ` · ${size(bytes)}`]];
}

/**
 * @param {number} place
 * @param {() => void} act
 */
function link(place, act) {
  return button(hex(place), act, { class: "hex-link", title: text("hex.go-there") });
}

/**
 * @param {Told} told
 * @param {import("../../core/vma_inspector.js").HeaderField} field
 */
function fieldWords({ value, nameOf }, field) {
  const name = keyOf("field", field.code);
  const means = keyOf("field", `${field.code}-means`);
  const shown = value && fieldValue(field, value, nameOf);
  const entry = field.number === null ? "" : ` [${count(field.number)}]`;
  return h(
    "div",
    { class: "hex-field" },
    h("strong", {}, name ? text(name) : field.code, entry),
    h(
      "span",
      { class: "quiet" },
      ` ${text("hex.field-at", { start: hex(field.start), count: field.length })}`,
    ),
    shown !== null && h("p", { class: "hex-field-value" }, foreign(shown)),
    means && h("p", {}, text(means)),
  );
}
