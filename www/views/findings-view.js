/** What is wrong or unusual: by place; where that cannot be, by kind, each kind a list in pages. */
import { isScanned } from "../shared/scan-phase.js";
import { FINDINGS_PER_PAGE } from "../page/state.js";
import { allFindings, doubtBytes, isTorn } from "../words/facts.js";
import { whenKept } from "../words/format.js";
import { entriesOf, placed } from "../words/places.js";
import { findingSentence } from "../words/finding-sentences.js";
import { text } from "../words/text.js";
import { bytesLink } from "./bytes-link.js";
import { byId, fill, h, setAttribute, setText, whenFactsChanged } from "./dom.js";
import { badge, button, failureWords, foreign } from "./parts.js";
import { entryView } from "./places-view.js";

/** @typedef {import("../core/vma_inspector.js").FindingGroup} Group */
/** @typedef {import("../page/model.js").FindingsPage} Page */
/** @typedef {import("../page/model.js").Send} Send */

/** @param {Send} send */
export function findingsView(send) {
  const section = byId("findings");
  const summary = h("p", { class: "quiet" });
  const packed = h("p", {}, h("a", { href: "#container" }, text("findings.packed")));
  const list = h("div", { class: "stack" });
  section.append(h("h2", { id: "findings-title" }, text("findings.title")), summary, packed, list);
  /** @type {Map<string, { root: HTMLElement }>} */
  let cards = new Map();
  /** @type {number | null} */
  let shownArchive = null;

  return whenFactsChanged((archive) => {
    section.hidden = !archive;
    if (!archive) return;
    if (shownArchive !== archive.id) cards = new Map();
    shownArchive = archive.id;
    const found = allFindings(archive);
    const places = isScanned(archive.scan) ? archive.trust?.places : null;
    cards = places
      ? drawEntries(places, archive, cards, send)
      : drawGroups(found, archive, cards, send);
    const roots = [...cards.values()].map(({ root }) => root);
    const isNew = roots.some((root, at) => root !== list.children[at]);
    if (isNew || roots.length !== list.children.length) fill(list, roots);
    setText(summary, summaryOf(found, archive.scan, Boolean(places)));
    packed.hidden = found.length > 0 || !archive.scan.report?.container.findings.length;
  });
}

/**
 * One card for what happened in one place; one that is there already is kept,
 * since a person may have opened it.
 * @param {readonly import("../core/vma_inspector.js").Place[]} places
 * @param {import("../page/model.js").ShownArchive} archive
 * @param {Map<string, { root: HTMLElement }>} cards
 * @param {Send} send
 */
function drawEntries(places, archive, cards, send) {
  const { report } = archive.scan;
  const { byPlace } = placed(places, report?.container.findings ?? []);
  const doubts = report?.devices.map(({ id }) => doubtBytes(archive, id)) ?? [];
  // What a container that is torn put in doubt is told with the container.
  const doubt = report && !isTorn(report.container) ? doubts.reduce((a, b) => a + b, 0) : 0;
  const drawn = entriesOf(places, doubt).map((entry) => {
    const id = `place-${entry.id}`;
    const known = /** @type {ReturnType<typeof entryView> | undefined} */ (cards.get(id));
    const card = known ?? entryView(entry, send);
    card.draw(entry, byPlace);
    return /** @type {const} */ ([id, card]);
  });
  return new Map(drawn);
}

/**
 * One card for each kind: as long as more may be found, and where there are too
 * many to be put together.
 * @param {Group[]} found
 * @param {import("../page/model.js").ShownArchive} archive
 * @param {Map<string, { root: HTMLElement }>} cards
 * @param {Send} send
 */
function drawGroups(found, archive, cards, send) {
  const drawn = found.map((group) => {
    const { code } = group;
    const known = /** @type {ReturnType<typeof groupView> | undefined} */ (cards.get(code));
    const card = known ?? groupView(code, send);
    card.draw(group, archive.findings.get(code) ?? null);
    return /** @type {const} */ ([code, card]);
  });
  return new Map(drawn);
}

/**
 * @param {Group[]} groups
 * @param {import("../page/model.js").Scan} scan
 * @param {boolean} isByPlace
 */
function summaryOf(groups, scan, isByPlace) {
  const { phase, report } = scan;
  const when = whenKept(scan);
  const all = groups.reduce((sum, group) => sum + group.count, 0);
  if (all > 0) {
    const findings = text("count.finding", { count: all });
    if (isByPlace) return text("findings.by-place", { findings });
    return text("findings.summary", {
      findings,
      kinds: text("count.kind", { count: groups.length }),
    });
  }
  if (when !== null) return text("kept-scan.none", { when });
  if (phase === "done") {
    const isPacked = (report?.container.findings.length ?? 0) > 0;
    return isPacked ? text("findings.none-but-packed") : text("findings.none");
  }
  return phase === "running" ? text("findings.none-so-far") : text("findings.none-in-part");
}

/**
 * @param {string} code
 * @param {Send} send
 */
function groupView(code, send) {
  const { title, text: words } = findingSentence(code);
  const number = h("span", { class: "finding-count" });
  const mark = h("span");
  const note = h("p", { class: "quiet" });
  const lines = h("ol", { class: "finding-lines", id: `lines-${code}` });
  const trouble = h("div");
  const pager = pagerView(title, (from) => send({ type: "findings-wanted", code, from }));
  const root = h(
    "details",
    { class: "card finding", id: `finding-${code}` },
    h("summary", {}, mark, h("span", { class: "finding-title" }, title), number),
    h("p", {}, words),
    note,
    trouble,
    lines,
    pager.root,
  );
  let asked = false;
  root.addEventListener("toggle", () => {
    if (root.open && !asked) send({ type: "findings-wanted", code, from: 0 });
    asked ||= root.open;
  });
  /** @type {unknown} */
  let drawnItems = null;

  /**
   * @param {Group} group
   * @param {Page | null} page
   */
  function draw(group, page) {
    setAttribute(root, "data-tone", group.severity);
    if (!mark.hasChildNodes()) {
      mark.append(badge(group.severity, text(`severity.${group.severity}`)));
    }
    setText(number, text("findings.number", { number: group.count }));
    note.hidden = group.listed >= group.count;
    setText(note, text("findings.first-of", { shown: group.listed, all: group.count }));
    pager.draw(group.listed, page);
    if (!page || page.items === drawnItems) return;
    drawnItems = page.items;
    lines.start = page.from + 1;
    fill(
      lines,
      page.items.map((item) => h("li", {}, foreign(item.text), bytesLink(item, send))),
    );
    fill(trouble, ...(page.failure ? failureWords(page.failure) : []));
  }

  return { root, draw };
}

/**
 * @param {string} title
 * @param {(from: number) => void} want
 */
function pagerView(title, want) {
  let current = 0;
  let last = 0;
  /** @param {number} page */
  const go = (page) => want(Math.min(Math.max(page, 0), last) * FINDINGS_PER_PAGE);
  const first = button(text("pager.first"), () => go(0));
  const previous = button(text("pager.previous"), () => go(current - 1));
  const next = button(text("pager.next"), () => go(current + 1));
  const end = button(text("pager.last"), () => go(last));
  const input = h("input", { type: "number", min: 1, inputmode: "numeric" });
  input.addEventListener("change", () => go(Math.trunc(input.valueAsNumber || 1) - 1));
  const of = h("span");
  const root = h(
    "nav",
    { class: "pager", "aria-label": text("pager.label", { title }) },
    first,
    previous,
    h("label", {}, text("pager.page"), " ", input),
    of,
    next,
    end,
  );

  /**
   * @param {number} listed
   * @param {Page | null} page
   */
  function draw(listed, page) {
    last = Math.max(0, Math.ceil(listed / FINDINGS_PER_PAGE) - 1);
    current = Math.floor((page?.wanted ?? 0) / FINDINGS_PER_PAGE);
    root.hidden = last === 0;
    input.max = String(last + 1);
    if (document.activeElement !== input) input.value = String(current + 1);
    setText(of, text("pager.of", { number: last + 1 }));
    // Kept focusable: a button that vanishes under the finger loses the place.
    for (const control of [first, previous]) control.ariaDisabled = String(current === 0);
    for (const control of [next, end]) control.ariaDisabled = String(current === last);
  }

  return { root, draw };
}
