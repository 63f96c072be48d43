/** Small pieces that several views are made of. */
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { h } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */

/** Invisible, or changing the order of what stands around them. */
const HIDDEN_CHARACTERS = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/**
 * Text out of a file: kept apart from the order of the page's own text, with
 * control characters made visible.
 * @param {string} content
 * @param {string} [allowed] control characters that may stay
 */
export function foreign(content, allowed = "") {
  const whole = h("bdi", { class: "foreign" });
  let plain = "";
  for (const character of content) {
    if (!HIDDEN_CHARACTERS.test(character) || allowed.includes(character)) {
      plain += character;
      continue;
    }
    whole.append(plain, controlMark(character));
    plain = "";
  }
  whole.append(plain);
  return whole;
}

/** @param {string} character */
function controlMark(character) {
  const number = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  return h("span", { class: "control-mark" }, `U+${number}`);
}

/**
 * @param {"good" | "warning" | "damage" | "neutral" | "note"} tone
 * @param {string} word
 */
export function badge(tone, word) {
  return h("span", { class: "badge", "data-tone": tone }, word);
}

const SIGNS = { good: "✓", warning: "!", damage: "✕", neutral: "…" };

/**
 * A sign beside words that say the same.
 * @param {keyof typeof SIGNS} tone
 */
export function sign(tone) {
  return h("span", { class: "sign", "data-tone": tone, "aria-hidden": "true" }, SIGNS[tone]);
}

/**
 * @param {string} label
 * @param {() => void} onClick
 * @param {Record<string, unknown>} [attributes]
 */
export function button(label, onClick, attributes = {}) {
  return h(
    "button",
    { class: "button", type: "button", ...attributes, on: { click: onClick } },
    label,
  );
}

/**
 * A button that copies a text.
 * @param {string} label
 * @param {() => string} content
 * @param {import("../page/model.js").Send} send
 */
export function copyButton(label, content, send) {
  return button(label, async () => {
    const said = await navigator.clipboard.writeText(content()).then(
      () => text("copy.done"),
      () => text("copy.refused"),
    );
    send({ type: "said", text: said });
  });
}

/**
 * Names and values, as a description list.
 * @param {([string, Child | Child[]] | null | false)[]} rows
 * @param {boolean} [dense] short values only
 */
export function facts(rows, dense = false) {
  const shown = rows.filter((row) => row !== null && row !== false);
  return h(
    "dl",
    { class: "facts", "data-dense": dense },
    shown.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
  );
}

/**
 * @param {string} caption
 * @param {string[]} columns
 * @param {Child[][]} rows the first of each row is its header
 * @param {Record<string, unknown>} [attributes]
 */
export function table(caption, columns, rows, attributes = {}) {
  const head = columns.map((column) => h("th", { scope: "col" }, column));
  const body = rows.map(([first, ...cells]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, first),
      cells.map((cell, at) => h("td", { "data-label": columns[at + 1] }, cell)),
    ),
  );
  return h(
    "div",
    { class: "table-frame" },
    h(
      "table",
      attributes,
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, head)),
      h("tbody", {}, body),
    ),
  );
}

/**
 * The sentence for a failure and its technical line.
 * @param {import("../shared/messages.js").Failure} failure
 */
export function failureWords({ code, message }) {
  return [
    h("p", {}, failureSentence(code).text),
    message !== "" && h("p", { class: "technical" }, foreign(`${code}: ${message}`)),
  ];
}
