/** One line of the list of disks, with its strip, and what opens below it. */
import { choiceFor } from "../page/choice.js";
import { isLive, lastSaveOf } from "../page/save.js";
import { largestVolumeOn } from "../page/volumes.js";
import { isScanned } from "../shared/scan-phase.js";
import { isFormat } from "../words/disk-formats.js";
import { contentsLine, contentsParts } from "../words/disk-contents.js";
import { diskState } from "../words/disk-state.js";
import { statisticsOf } from "../words/facts.js";
import { size } from "../words/format.js";
import { whereItIs } from "../words/left-out.js";
import { text } from "../words/text.js";
import { diskDetails } from "./disk-details.js";
import { fill, h, refill, setAttribute, setText } from "./dom.js";
import { badge, button, foreign } from "./parts.js";
import { diskStrip } from "./strip/disk-strip.js";

/** @typedef {import("../page/rows.js").DiskRow} DiskRow */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").State} State */
/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("../page/model.js").DisksDrawn} Drawn */

const COLUMNS = 6;

/**
 * @param {string} key of the line
 * @param {Send} send
 * @param {import("./disk-details.js").LoadContents} loadContents
 */
export function diskRow(key, send, loadContents) {
  const cells = cellsOf(key, send);
  const under = underRow(cells.root);
  /** What the two below were made for. @type {DiskRow["device"]} */
  let made = null;
  /** @type {ReturnType<typeof diskDetails> | null} */
  let details = null;
  /** @type {ReturnType<typeof diskStrip> | null} */
  let strip = null;
  /** What its cells were drawn of. @type {readonly unknown[]} */
  let last = [];

  /**
   * @param {DiskRow} row
   * @param {Drawn} drawn
   * @returns {boolean} whether something else is told in it
   */
  function draw(row, drawn) {
    const { device } = row;
    const told = toldOf(row, drawn);
    const isAnew = told.some((each, at) => !Object.is(each, last[at]));
    if (isAnew) drawCells(cells, row, drawn);
    last = told;
    // Where the header is lost, name and size of a disk become known as it is scanned.
    if (device !== made) [made, strip, details] = [device, null, null];
    const isOpen = device !== null && drawn.screen.opened.has(key);
    if (device) {
      strip ??= diskStrip(device, send);
      if (!cells.strip.contains(strip.root)) fill(cells.strip, strip.root);
      strip.update(drawn.archive, contentsParts(drawn.archive.contents.get(device.id)), isOpen);
    }
    setAttribute(cells.root, "data-open", isOpen);
    setAttribute(cells.toggle, "aria-expanded", device ? String(isOpen) : null);
    cells.toggle.disabled = device === null;
    if (isOpen) details ??= diskDetails(device, drawn.archive, send, loadContents);
    under.show(isOpen && details ? details.root : null);
    if (isOpen) details?.draw(drawn);
    return isAnew;
  }

  return { root: cells.root, draw };
}

/**
 * All that the cells of a line follow from.
 * @param {DiskRow} row
 * @param {Drawn} drawn
 * @returns {readonly unknown[]} as many for each line
 */
function toldOf({ device, drive, name, boots }, { archive, saves, abilities, format }) {
  const { overview, image, scan, lost, contents, beginsLike, formats } = archive;
  const id = device?.id ?? 0;
  // While it is scanned no more is told of the report than this.
  const found = isScanned(scan) ? scan.report : statisticsOf(scan.report, id)?.storedBytes;
  return [
    ...[device, drive, name, boots, saves, abilities, format],
    ...[archive.id, overview, image, scan.phase, found, scan.scannedAt, lost.get(id)],
    ...[contents.get(id), beginsLike.get(id), formats.get(id)],
  ];
}

/**
 * What opens below a line; made when it is opened first.
 * @param {HTMLElement} body of the line
 */
function underRow(body) {
  /** @type {{ row: HTMLElement, cell: HTMLElement } | null} */
  let made = null;

  /** @param {HTMLElement | null} content null: it is closed */
  function show(content) {
    if (content && !made) {
      const cell = h("td", { colspan: COLUMNS });
      made = { row: h("tr", { class: "disk-under" }, cell), cell };
      body.append(made.row);
    }
    if (made) made.row.hidden = content === null;
    if (content && made && !made.cell.contains(content)) fill(made.cell, content);
  }

  return { show };
}

/**
 * @param {string} key
 * @param {Send} send
 */
function cellsOf(key, send) {
  const name = h("span", {});
  const toggle = button("", () => send({ type: "disk-toggled", key }), {
    class: "button disk-toggle",
  });
  fill(toggle, name);
  const bytes = h("td", { class: "number" });
  const stored = h("td", { class: "number" });
  const holds = h("td", { class: "disk-holds" });
  const state = h("td", { class: "disk-state" });
  const save = saveButton(send);
  const doing = h("td", { class: "disk-save" }, save.root);
  const files = filesButton(doing, send);
  const strip = h("td", { colspan: COLUMNS });
  const stripRow = h("tr", { class: "disk-strip" }, strip);
  const root = h(
    "tbody",
    { class: "disk" },
    h("tr", {}, h("th", { scope: "row" }, toggle), bytes, stored, holds, state, doing),
    stripRow,
  );
  return {
    root,
    name,
    toggle,
    bytes,
    stored,
    holds,
    state,
    save,
    files,
    strip,
    stripRow,
  };
}

/**
 * @param {ReturnType<typeof cellsOf>} cells
 * @param {DiskRow} row
 * @param {Drawn} drawn
 */
function drawCells(cells, row, drawn) {
  const { device, drive } = row;
  const { archive } = drawn;
  const statistics = device && statisticsOf(archive.scan.report, device.id);
  setAttribute(cells.root, "data-disk", device?.name ?? row.name);
  refill(cells.name, [row.name, row.boots], () => [
    foreign(row.name),
    row.boots && [" ", bootMark()],
  ]);
  const known = device?.size ?? drive?.size ?? null;
  setText(cells.bytes, known === null ? "" : size(known));
  setText(cells.stored, statistics ? size(statistics.storedBytes) : "");
  const contents = device && archive.contents.get(device.id);
  const holds = contents ? contentsLine(contents) : "";
  refill(cells.holds, [holds], () => [holds !== "" && foreign(holds)]);
  const states = stateOf(row, archive, drawn.format);
  const said = states.flatMap(({ tone, words }) => [tone, words]);
  refill(cells.state, said, () => states.map(stateMark));
  // Of a line that is not opened the end may be out of sight.
  for (const cell of [cells.holds, cells.state]) {
    setAttribute(cell, "title", cell.textContent || null);
  }
  // Of what is not here there is nothing to be told but why.
  cells.holds.hidden = device === null;
  setAttribute(cells.state, "colspan", device ? null : 2);
  cells.save.draw(row, drawn);
  cells.files.draw(row, archive);
  cells.stripRow.hidden = device === null;
}

/**
 * @param {DiskRow} row
 * @param {ShownArchive} archive
 * @param {string} format that disks are saved in
 * @returns {{ tone: import("../shared/messages.js").Tone | null, words: string }[]} without a tone, quietly
 */
function stateOf({ device, drive }, archive, format) {
  if (device) {
    const statistics = statisticsOf(archive.scan.report, device.id);
    if (!statistics) return [];
    const begins = archive.beginsLike.get(device.id);
    return [
      ...diskState(archive, statistics),
      ...(begins !== undefined && format === "raw"
        ? [
            {
              tone: /** @type {const} */ ("warning"),
              words: text("beginning.mark", { format: begins }),
            },
          ]
        : []),
    ];
  }
  if (!drive) return [];
  const isMissed = drive.state === "excluded" || drive.state === "not-there";
  return [{ tone: isMissed ? "warning" : null, words: whereItIs(drive) }];
}

/** @param {ReturnType<typeof stateOf>[number]} state */
function stateMark({ tone, words }) {
  return tone ? badge(tone, words) : h("span", { class: "quiet" }, foreign(words));
}

/** That the machine starts from it. */
function bootMark() {
  return h("span", { class: "boot", title: text("disks.boots") }, text("disks.boot"));
}

/**
 * Made once there are files to be looked at.
 * @param {HTMLElement} place
 * @param {Send} send
 */
function filesButton(place, send) {
  /** @type {import("../shared/files.js").VolumePlace | null} */
  let volume = null;
  /** @type {HTMLButtonElement | null} */
  let made = null;

  /**
   * @param {DiskRow} row
   * @param {ShownArchive} archive
   */
  function draw({ device, name }, { contents }) {
    volume = device && largestVolumeOn(contents, device.id);
    if (volume && !made) {
      made = button(text("tab.files"), () => volume && send({ type: "volume-chosen", volume }));
      place.append(" ", made);
    }
    if (!made) return;
    made.hidden = volume === null;
    made.ariaLabel = text("disks.files-of", { name });
  }

  return { draw };
}

/** @param {Send} send */
function saveButton(send) {
  /** @type {number | null} */
  let deviceId = null;
  const made = button(text("button.save"), () => {
    if (made.ariaDisabled !== "true" && deviceId !== null) send({ type: "save-wanted", deviceId });
  });

  /**
   * @param {DiskRow} row
   * @param {Drawn} drawn
   */
  function draw({ device, name }, { archive, saves, abilities, format: chosen }) {
    made.hidden = device === null;
    deviceId = device?.id ?? null;
    if (!device) return;
    const { format } = choiceFor(archive, device.id, chosen);
    const current = lastSaveOf(saves, archive.id, device.id);
    const known = archive.formats.get(device.id)?.find(({ code }) => code === format);
    const isRefused = known !== undefined && known.size === null;
    // Where there is no room for it, a click says so, and what helps.
    const isBusy = current !== null && isLive(current);
    made.ariaDisabled = String(abilities === null || isRefused || isBusy);
    const what = isFormat(format) ? text(`format.${format}.name`) : format;
    made.ariaLabel = text("disks.save-as", { name, format: what });
    made.title = known?.refusal ?? made.ariaLabel;
  }

  return { root: made, draw };
}
