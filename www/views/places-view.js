/** What is wrong in one place, or in several in the same way. */
import { numberOf } from "../words/places.js";
import { size } from "../words/format.js";
import { findingSentence } from "../words/finding-sentences.js";
import { text } from "../words/text.js";
import { bytesLink } from "./bytes-link.js";
import { fill, h, setAttribute, setText } from "./dom.js";
import { badge, foreign } from "./parts.js";

/** @typedef {import("../words/places.js").Entry} Entry */
/** @typedef {ReturnType<typeof import("../words/places.js").placed>["byPlace"]} Causes */

/**
 * @param {Entry} first
 * @param {import("../page/model.js").Send} send
 */
export function entryView({ id, codes }, send) {
  const number = h("span", { class: "finding-count" });
  const mark = h("span");
  const also = h("span", { class: "finding-also" });
  const words = h("div", { class: "stack" });
  const lines = h("ol", { class: "finding-lines", id: `lines-${id}` });
  const [headline = ""] = codes;
  const root = h(
    "details",
    { class: "card finding", id: `finding-${id}` },
    h(
      "summary",
      {},
      mark,
      h("span", { class: "finding-title" }, findingSentence(headline).title),
      number,
      also,
    ),
    words,
    lines,
  );
  let drawn = "";

  /**
   * @param {Entry} entry
   * @param {Causes} causes what tells of a place in the container
   */
  function draw(entry, causes) {
    const state = JSON.stringify([entry, entry.places.map((place) => causes.get(place))]);
    if (state === drawn) return;
    drawn = state;
    setAttribute(root, "data-tone", entry.severity);
    fill(mark, badge(entry.severity, text(`severity.${entry.severity}`)));
    setText(number, text("findings.number", { number: numberOf(entry) }));
    const others = consequencesOf(entry);
    const titles = others.map(({ title }) => text("failure-short", { title }));
    also.hidden = titles.length === 0;
    setText(also, titles.join(" "));
    fill(words, h("p", {}, findingSentence(headline).text), consequenceList(others));
    fill(
      lines,
      entry.places.map((place) =>
        h(
          "li",
          {},
          linesOf(place, causes).map(({ line, finding }) =>
            h("div", {}, foreign(line), bytesLink(finding, send)),
          ),
        ),
      ),
    );
  }

  return { root, draw };
}

/**
 * @param {Entry["places"][number]} place
 * @param {Causes} causes
 */
function linesOf(place, causes) {
  const packed = (causes.get(place) ?? []).map((finding) => ({
    line: `${finding.code}: ${finding.text}`,
    finding,
  }));
  const told = [...place.findings, ...place.signs];
  return [...packed, ...told.map((finding) => ({ line: finding.text, finding }))];
}

/** @param {Entry} entry */
function consequencesOf({ codes: [, ...codes], doubt }) {
  const sentences = codes.map(findingSentence);
  if (doubt > 0) {
    const title = text("findings.doubted", { size: size(doubt) });
    sentences.push({ title, text: text("findings.doubted-text") });
  }
  return sentences;
}

/** @param {ReturnType<typeof consequencesOf>} sentences */
function consequenceList(sentences) {
  if (sentences.length === 0) return null;
  return h(
    "ul",
    {},
    sentences.map(({ title, text: words }) =>
      h("li", {}, h("strong", {}, text("failure-short", { title })), " ", words),
    ),
  );
}
