/** Small pieces that several views are made of. */
import { failureSentence } from "../words/sentences.js";
import { LINE, shownPieces } from "../words/shown.js";
import { text } from "../words/text.js";
import { h } from "./dom.js";

/** @typedef {import("./dom.js").Child} Child */

/** Items of a list and rows of a table that are shown, at most. */
const ITEMS_MAX = 200;

/**
 * Text out of a file: kept apart from the order of the page's own text, cut where
 * it is too long to be read, with what does not show made visible. However it is
 * made, there is a bound on its elements.
 * @param {string} content
 * @param {import("../words/shown.js").Bounds} [bounds]
 */
export function foreign(content, bounds = LINE) {
  const { pieces, rest } = shownPieces(content, bounds);
  return h(
    "bdi",
    { class: "foreign" },
    pieces.map(({ hidden, text: words }) =>
      hidden ? h("span", { class: "control-mark" }, words) : words,
    ),
    rest > 0 && h("span", { class: "quiet" }, ` … ${text("shown.rest", { count: rest })}`),
  );
}

/**
 * The items of a list, of which an archive may have any number: the first of them,
 * and how many there are besides.
 * @template Item
 * @param {readonly Item[]} items
 * @param {(item: Item) => Child} draw
 * @returns {Child[]}
 */
export function listItems(items, draw) {
  const rest = items.length - ITEMS_MAX;
  return [
    ...items.slice(0, ITEMS_MAX).map((item) => h("li", {}, draw(item))),
    rest > 0 && h("li", { class: "quiet" }, text("list.more", { count: rest })),
  ];
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
  const rest = rows.length - ITEMS_MAX;
  const body = rows.slice(0, ITEMS_MAX).map(([first, ...cells]) =>
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
      rest > 0 &&
        h(
          "tfoot",
          {},
          h(
            "tr",
            {},
            h(
              "td",
              { colspan: columns.length, class: "quiet" },
              text("list.more", { count: rest }),
            ),
          ),
        ),
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
