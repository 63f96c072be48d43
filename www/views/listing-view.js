/** The backups of a folder: what each is, whether it was checked, and which one to take. */
import { newestSound, shownBackups } from "../page/backup-entries.js";
import { moment, size } from "../words/format.js";
import { foreignSentence } from "../words/foreign.js";
import { ago } from "../words/machine.js";
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";
import { badge, button, foreign, sign } from "./parts.js";

/** @typedef {import("../page/backups-model.js").Backup} Backup */
/** @typedef {import("../page/backups-model.js").Backups} Backups */
/** @typedef {import("../page/model.js").Send} Send */

/** Rows that are drawn; the filter brings any other. */
const ROWS_MAX = 200;

/** Of notes, the letters that a row has room for. */
const NOTES_BOUNDS = { length: 160, marks: 4, lines: false };

/** @type {readonly Backups["sort"]["by"][]} */
const COLUMNS = ["machine", "made", "size", "verdict"];

/** @param {Send} send */
export function listingView(send) {
  const section = byId("backups");
  const head = headOf(send);
  const columns = new Map(COLUMNS.map((by) => [by, columnOf(by, send)]));
  const body = h("tbody");
  const more = h("p", { class: "quiet" });
  const cut = h("p", { "data-tone": "warning" }, text("backups.cut"));
  section.append(
    head.root,
    cut,
    h(
      "div",
      { class: "table-frame" },
      h(
        "table",
        { class: "backup-list wide" },
        h("caption", { class: "visually-hidden" }, text("backups.caption")),
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            [...columns.values()],
            h("th", { scope: "col" }, text("backups.column.beside")),
          ),
        ),
        body,
      ),
    ),
    more,
  );
  const draw = whenChanged(
    ({ backups, archive }) => [backups, archive !== null],
    (backups, isOpen) => {
      const wasHidden = section.hidden;
      section.hidden = backups === null || isOpen;
      head.back.hidden = backups === null || !isOpen;
      if (!backups || isOpen) return;
      head.draw(backups);
      for (const [by, column] of columns) setAttribute(column, "aria-sort", sortOf(backups, by));
      const shown = shownBackups(backups);
      cut.hidden = !backups.isCut;
      const newest = newestSound(backups);
      fillRows(body, shown.slice(0, ROWS_MAX), newest, send);
      more.hidden = shown.length <= ROWS_MAX;
      setText(more, text("list.more", { count: Math.max(0, shown.length - ROWS_MAX) }));
      if (wasHidden) bring(section, backups);
    },
  );
  return draw;
}

/**
 * Where one was opened, the keyboard goes on there; a new list is looked at from its head.
 * @param {HTMLElement} section
 * @param {Backups} backups
 */
function bring(section, { list }) {
  const was = section.querySelector("[data-was-open]");
  const title = section.querySelector("h2");
  const target = list.length > 0 && was instanceof HTMLElement ? was : title;
  target?.focus({ preventScroll: true });
  if (target === title) scrollTo({ top: 0, behavior: "instant" });
  else target?.scrollIntoView({ block: "center", behavior: "instant" });
}

/** @param {Send} send */
function headOf(send) {
  const title = h("h2", { id: "backups-title", tabindex: -1 });
  const line = h("p", { class: "quiet" });
  const check = button(text("backups.check"), () => send({ type: "backups-check-wanted" }), {
    "data-kind": "primary",
  });
  const stop = button(text("backups.stop"), () => send({ type: "backups-stop-wanted" }));
  const close = button(text("backups.close"), () => send({ type: "backups-closed" }));
  const bar = h("progress", { max: 1, "aria-label": text("backups.progress") });
  const filter = h("input", {
    type: "search",
    "aria-label": text("backups.filter"),
    placeholder: text("backups.filter"),
    on: { input: () => send({ type: "backups-filtered", filter: filter.value }) },
  });
  const back = button(text("backups.back"), () => send({ type: "backups-back-wanted" }));
  byId("masthead-open").prepend(back);
  const root = h(
    "div",
    { class: "card" },
    h("div", { class: "scan-head" }, h("div", {}, title, line), filter),
    bar,
    h("div", { class: "save-do" }, check, stop, close),
  );
  /** @param {Backups} backups */
  const draw = ({ folder, list, filter: letters, isChecking }) => {
    const count = list.length;
    fill(
      title,
      folder === null
        ? text("backups.title", { count })
        : [text("backups.title-in", { count }), " ", foreign(folder)],
    );
    const left = list.filter(({ phase }) => !isSettled(phase)).length;
    setText(line, text("backups.line", { size: size(sum(list)), checked: count - left, count }));
    check.hidden = isChecking || left === 0;
    stop.hidden = !isChecking;
    bar.hidden = !isChecking;
    bar.value = progressOf(list);
    if (filter.value !== letters) filter.value = letters;
    filter.hidden = count < 6;
  };
  return { root, back, draw };
}

/** @param {Backup["phase"]} phase */
function isSettled(phase) {
  return phase === "checked" || phase === "failed";
}

/** @param {readonly Backup[]} list */
function sum(list) {
  return list.reduce((all, { size: bytes }) => all + bytes, 0);
}

/**
 * Of all bytes, how many are checked.
 * @param {readonly Backup[]} list
 */
function progressOf(list) {
  const done = list.map(({ phase, size: bytes, done }) =>
    isSettled(phase) ? bytes : bytes * done,
  );
  return sum(list) > 0 ? done.reduce((all, bytes) => all + bytes, 0) / sum(list) : 0;
}

/**
 * @param {Backups["sort"]["by"]} by
 * @param {Send} send
 */
function columnOf(by, send) {
  return h(
    "th",
    { scope: "col" },
    h(
      "button",
      {
        class: "sorter",
        type: "button",
        on: { click: () => send({ type: "backups-sorted", by }) },
      },
      text(`backups.column.${by}`),
    ),
  );
}

/**
 * @param {Backups} backups
 * @param {Backups["sort"]["by"]} by
 */
function sortOf({ sort }, by) {
  if (sort.by !== by) return null;
  return sort.isDown ? "descending" : "ascending";
}

/** What a row was drawn from, so that others stay as they are. @type {WeakMap<Element, unknown[]>} */
const drawnFrom = new WeakMap();

/**
 * @param {HTMLElement} body
 * @param {readonly Backup[]} backups
 * @param {ReadonlySet<string>} newest
 * @param {Send} send
 */
function fillRows(body, backups, newest, send) {
  const there = new Map([...body.children].map((row) => [row.getAttribute("data-backup"), row]));
  const rows = backups.map((backup) => {
    const from = [backup, newest.has(backup.key)];
    const former = there.get(backup.key);
    if (former && drawnFrom.get(former)?.every((each, at) => each === from[at])) return former;
    const row = rowOf(backup, newest.has(backup.key), send);
    drawnFrom.set(row, from);
    if (former?.contains(document.activeElement)) {
      queueMicrotask(() => row.querySelector("button")?.focus());
    }
    return row;
  });
  const isSame =
    rows.length === body.children.length && rows.every((row, at) => row === body.children[at]);
  if (!isSame) fill(body, rows);
}

/**
 * @param {Backup} backup
 * @param {boolean} isNewest
 * @param {Send} send
 */
function rowOf(backup, isNewest, send) {
  const { key, name, files, machine, vmid, made, size: bytes } = backup;
  const title = machine ?? name;
  const open = h(
    "button",
    {
      class: "button backup-open",
      type: "button",
      on: {
        click: () => {
          for (const each of document.querySelectorAll("[data-was-open]")) {
            each.removeAttribute("data-was-open");
          }
          open.setAttribute("data-was-open", "");
          send({ type: "backup-opened", key });
        },
      },
    },
    foreign(title),
    vmid !== null && machine !== null && ` · ${text("head.vm", { id: vmid })}`,
  );
  const date = new Date(made * 1000);
  const since = ago(Date.now() / 1000 - made);
  return h(
    "tr",
    { "data-backup": key },
    h(
      "th",
      { scope: "row" },
      open,
      machine !== null && h("span", { class: "line quiet" }, foreign(name)),
      files.length > 1 &&
        h("span", { class: "line quiet" }, text("backups.parts", { count: files.length })),
    ),
    h(
      "td",
      { "data-label": text("backups.column.made") },
      !Number.isNaN(date.getTime()) &&
        h("time", { datetime: date.toISOString() }, moment(made * 1000)),
      since !== null && h("span", { class: "line quiet" }, since),
    ),
    h("td", { "data-label": text("backups.column.size"), class: "number" }, size(bytes)),
    h("td", { "data-label": text("backups.column.verdict") }, verdictOf(backup, isNewest)),
    h("td", { "data-label": text("backups.column.beside") }, besideOf(backup)),
  );
}

/**
 * @param {Backup} backup
 * @param {boolean} isNewest
 */
function verdictOf({ phase, done, answer, failure, leftOut }, isNewest) {
  if (phase === "checking") return text("backups.checking", { share: Math.floor(done * 100) });
  if (phase === "failed" && failure) {
    const said = failure.foreign ? foreignSentence(failure.foreign) : failureSentence(failure.code);
    return h("span", { class: "remark" }, sign("damage"), said.title);
  }
  if (!answer) {
    return [
      h(
        "span",
        { class: "quiet" },
        phase === "new" ? text("backups.reading") : text("backups.not-checked"),
      ),
      leftOut.length > 0 &&
        h("span", { class: "line" }, text("backups.without", { disks: leftOut.join(", ") })),
    ];
  }
  return [
    isNewest && h("span", { class: "line" }, badge(answer.tone, newestWords(answer.tone))),
    h("span", { class: "remark" }, sign(answer.tone), answer.title),
    ...(answer.tone === "warning" ? answer.remarks : []).map((remark) =>
      h("span", { class: "line quiet" }, remark.text),
    ),
  ];
}

/** @param {import("../shared/messages.js").Tone} tone */
function newestWords(tone) {
  return tone === "good" ? text("backups.newest") : text("backups.newest-remark");
}

/** @param {Backup} backup */
function besideOf({ notes, excluded, hasFailedLog, isProtected }) {
  return [
    notes !== "" && h("span", { class: "line" }, foreign(notes, NOTES_BOUNDS)),
    isProtected && h("span", { class: "line quiet" }, text("backups.protected")),
    hasFailedLog && h("span", { class: "remark" }, sign("damage"), text("backups.log-failed")),
    ...excluded.map(({ disk, why }) =>
      h("span", { class: "line" }, text("backups.log-excluded", { disk, why })),
    ),
  ];
}
