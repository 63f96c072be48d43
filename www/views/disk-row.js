/** One line of the list of disks, with its strip, and what opens below it. */
import { choiceFor } from "../page/choice.js";
import { isLive, lastSaveOf } from "../page/save.js";
import { largestVolumeOn } from "../page/volumes.js";
import { isFormat } from "../words/disk-formats.js";
import { contentsLine, contentsParts } from "../words/disk-contents.js";
import { diskState } from "../words/disk-state.js";
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
 */
export function diskRow(key, send) {
  const cells = cellsOf(key, send);
  /** What the two below were made for. @type {DiskRow["device"]} */
  let made = null;
  /** @type {ReturnType<typeof diskDetails> | null} */
  let details = null;
  /** @type {ReturnType<typeof diskStrip> | null} */
  let strip = null;

  /**
   * @param {DiskRow} row
   * @param {Drawn} drawn
   */
  function draw(row, drawn) {
    const { device } = row;
    drawCells(cells, row, drawn);
    // Where the header is lost, name and size of a disk become known as it is scanned.
    if (device !== made) [made, strip, details] = [device, null, null];
    if (device) {
      strip ??= diskStrip(device, send);
      if (!cells.strip.contains(strip.root)) fill(cells.strip, strip.root);
      strip.update(drawn.archive, contentsParts(drawn.archive.contents.get(device.id)));
    }
    const isOpen = device !== null && drawn.screen.opened.has(key);
    setAttribute(cells.toggle, "aria-expanded", device ? String(isOpen) : null);
    cells.toggle.disabled = device === null;
    cells.underRow.hidden = !isOpen;
    if (!isOpen) return;
    details ??= diskDetails(device, drawn.archive, send);
    if (!cells.under.contains(details.root)) fill(cells.under, details.root);
    details.draw(drawn);
  }

  return { root: cells.root, draw };
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
  const files = filesButton(send);
  const strip = h("td", { colspan: COLUMNS });
  const under = h("td", { colspan: COLUMNS });
  const stripRow = h("tr", { class: "disk-strip" }, strip);
  const underRow = h("tr", { class: "disk-under", hidden: true }, under);
  const root = h(
    "tbody",
    { class: "disk" },
    h(
      "tr",
      {},
      h("th", { scope: "row" }, toggle),
      bytes,
      stored,
      holds,
      state,
      h("td", { class: "disk-save" }, save.root, " ", files.root),
    ),
    stripRow,
    underRow,
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
    under,
    underRow,
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
  const statistics = archive.scan.report?.devices.find(({ id }) => id === device?.id);
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
    const statistics = archive.scan.report?.devices.find(({ id }) => id === device.id);
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

/** @param {Send} send */
function filesButton(send) {
  /** @type {import("../shared/files.js").VolumePlace | null} */
  let volume = null;
  const root = button(text("tab.files"), () => volume && send({ type: "volume-chosen", volume }));

  /**
   * @param {DiskRow} row
   * @param {ShownArchive} archive
   */
  function draw({ device, name }, { contents }) {
    volume = device && largestVolumeOn(contents, device.id);
    root.hidden = volume === null;
    root.ariaLabel = text("disks.files-of", { name });
  }

  return { root, draw };
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
