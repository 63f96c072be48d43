/** The list of disks: drives of the configuration and what the archive holds, in one. */
import { foundRows, rowsOf, ROWS_TO_FILTER } from "../page/rows.js";
import { FORMATS } from "../words/disk-formats.js";
import { isHeaderCut } from "../words/facts.js";
import { size } from "../words/format.js";
import { count } from "../words/numbers.js";
import { text } from "../words/text.js";
import { diskRow } from "./disk-row.js";
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";
import { button, table } from "./parts.js";
import { select, setOptions } from "./save-panel.js";

/** @typedef {import("../page/rows.js").DiskRow} DiskRow */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").State} State */
/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("./disk-details.js").LoadContents} LoadContents */

/**
 * What is drawn of the lines in one frame: to make one is as much as to draw so many anew. In
 * that which shows another archive there are none.
 */
const DRAWN_AT_ONCE = 6;
const MAKING = 2;

/**
 * @param {Send} send
 * @param {LoadContents} loadContents
 * @returns {(state: State) => boolean} whether there is more to be drawn, in the next frame
 */
export function devicesView(send, loadContents) {
  const section = byId("devices");
  const head = headOf(send);
  const body = listOf(send, loadContents);
  const more = button("", () => send({ type: "more-disks-wanted" }));
  const none = h("p", {});
  const extra = h("div", { hidden: true });
  const card = h("div", { class: "card disks" }, head.root, body.root, none, more);
  section.append(card, extra);
  /** The same lines for the same facts. @type {{ of: unknown[], rows: DiskRow[] }} */
  let known = { of: [], rows: [] };

  const drawExtra = whenChanged(
    ({ archive }) => [archive?.scan.report?.undeclared],
    (undeclared) => {
      const isAny = undeclared !== undefined && undeclared.length > 0;
      extra.hidden = !isAny;
      fill(extra, isAny && undeclaredTable(undeclared));
    },
  );
  /** Lines that are to be drawn. @type {Parameters<typeof body.draw> | null} */
  let due = null;
  const draw = whenChanged(
    ({ archive, saves, abilities, screen, format }) => [archive, saves, abilities, screen, format],
    (archive, saves, abilities, screen, format) => {
      section.hidden = !archive;
      due = null;
      if (!archive) return;
      const of = [archive.overview, archive.summary, archive.leftOut];
      if (of.some((each, at) => each !== known.of[at])) known = { of, rows: rowsOf(archive) };
      const { rows } = known;
      setAttribute(card, "data-many", rows.length >= ROWS_TO_FILTER);
      const found = foundRows(rows, screen.filter);
      const shown = found.slice(0, screen.isPrinted ? found.length : screen.rows);
      head.draw(rows.length, screen.filter, format);
      head.format.root.hidden = !rows.some(({ device }) => device);
      due = [shown, { archive, saves, abilities, screen, format }];
      more.hidden = shown.length >= found.length;
      setText(more, text("disks.more", { count: found.length - shown.length }));
      none.hidden = found.length > 0;
      setText(none, rows.length > 0 ? text("disks.none-found") : noDisks(archive));
      body.root.hidden = found.length === 0;
    },
  );
  /** @param {State} state */
  return (state) => {
    draw(state);
    drawExtra(state);
    if (due && body.draw(...due)) due = null;
    return due !== null;
  };
}

/** @param {ShownArchive} archive */
function noDisks({ overview }) {
  return isHeaderCut(overview) ? text("devices.unknown") : text("devices.none");
}

/** @param {Send} send */
function headOf(send) {
  const format = formatChoice(send);
  const filter = h("input", {
    type: "search",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": text("disks.filter"),
    placeholder: text("disks.filter"),
    on: { input: () => send({ type: "disks-filtered", filter: filter.value }) },
  });
  const number = h("span", { class: "quiet" });
  const title = h("h2", { id: "devices-title" }, text("devices.title"), " ", number);
  const root = h("div", { class: "disks-head" }, title, filter, format.root);

  /**
   * @param {number} rows
   * @param {string} wanted
   * @param {string} chosen
   */
  function draw(rows, wanted, chosen) {
    filter.hidden = rows < ROWS_TO_FILTER;
    if (filter.value !== wanted) filter.value = wanted;
    setText(number, rows < ROWS_TO_FILTER ? "" : count(rows));
    format.draw(chosen);
  }

  return { root, draw, format };
}

/** One format for all disks. @param {Send} send */
function formatChoice(send) {
  const list = select("format", (format) => send({ type: "format-chosen", format }));
  const root = h("label", { class: "format", for: "format" }, text("save.format"), " ", list);
  const options = FORMATS.map((value) => ({ value, text: text(`format.${value}.name`) }));
  setOptions(list, options, FORMATS[0]);

  /** @param {string} chosen */
  function draw(chosen) {
    if (list.value !== chosen) list.value = chosen;
  }

  return { root, draw };
}

function columnHeads() {
  const columns = [
    text("disks.disk"),
    text("archive.size"),
    text("disks.stored"),
    text("disks.holds"),
    text("disks.state"),
    text("disks.save"),
  ];
  const cells = columns.map((column) => h("th", { scope: "col" }, column));
  return h("thead", {}, h("tr", {}, cells));
}

/**
 * The table; lines that are shown already are kept, and few are drawn at once.
 * @param {Send} send
 * @param {LoadContents} loadContents
 */
function listOf(send, loadContents) {
  const caption = h("caption", { class: "visually-hidden" }, text("devices.title"));
  const head = columnHeads();
  const root = h("table", { class: "disk-list" }, caption, head);
  /** @type {Map<string, ReturnType<typeof diskRow>>} */
  let made = new Map();
  /** @type {HTMLElement[]} */
  let there = [];
  /** @type {number | null} */
  let shownArchive = null;

  /**
   * @param {DiskRow[]} all
   * @param {import("../page/model.js").DisksDrawn} drawn
   * @returns {boolean} whether all of them are drawn now
   */
  function draw(all, drawn) {
    const isOther = shownArchive !== drawn.archive.id;
    shownArchive = drawn.archive.id;
    if (isOther) made = new Map();
    if (isOther && !drawn.screen.isPrinted) {
      show([]);
      return all.length === 0;
    }
    const before = made;
    made = new Map();
    let left = drawn.screen.isPrinted ? Number.MAX_SAFE_INTEGER : DRAWN_AT_ONCE;
    for (const row of all) {
      const there = before.get(row.key);
      if (there || left > 0) made.set(row.key, there ?? diskRow(row.key, send, loadContents));
      if (left <= 0) continue;
      const isAnew = made.get(row.key)?.draw(row, drawn);
      if (!there) left -= MAKING;
      else if (isAnew) left -= 1;
    }
    show([...made.values()].map((each) => each.root));
    // Where there was just enough of it, the next frame finds nothing to be done.
    return left > 0;
  }

  /**
   * Those that are there already stay where they are.
   * @param {HTMLElement[]} bodies
   */
  function show(bodies) {
    const isLonger = there.every((body, at) => bodies[at] === body);
    if (isLonger) root.append(...bodies.slice(there.length));
    else fill(root, caption, head, ...bodies);
    there = bodies;
  }

  return { root, draw };
}

/** @param {import("../core/vma_inspector.js").ScanReport["undeclared"]} undeclared */
function undeclaredTable(undeclared) {
  return h(
    "div",
    { class: "card" },
    table(
      text("undeclared.caption"),
      [text("undeclared.device"), text("clusters.number"), text("device.stored")],
      undeclared.map(({ id, clusters, storedBytes }) => [
        text("undeclared.number", { id: String(id) }),
        count(clusters),
        size(storedBytes),
      ]),
    ),
  );
}
