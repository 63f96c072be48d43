/** What can be done with one disk: save it in some format, and hash it. */
import { isScanned } from "../shared/scan-phase.js";
import { isLive } from "../page/save.js";
import { choiceFor } from "../page/choice.js";
import { shortageOf } from "../page/room.js";
import { waysFor } from "../page/ways.js";
import { diskWanted, isScattered, wishFor } from "../page/wish.js";
import { isFormat } from "../words/disk-formats.js";
import { hashLabel } from "../words/doubt.js";
import { size } from "../words/format.js";
import { share } from "../words/numbers.js";
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { noRoom } from "../words/ways.js";
import { fill, h, setAttribute, setText } from "./dom.js";
import { button, copyButton } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../core/vma_inspector_export.js").FormatChoice} FormatChoice */
/** @typedef {import("../page/model.js").Abilities} Abilities */
/** @typedef {import("../page/ways.js").Choice} Choice */
/** @typedef {import("../page/model.js").Save} Save */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/**
 * @param {Device} device
 * @param {import("../page/model.js").Send} send
 */
export function savePanel({ id: deviceId }, send) {
  const controls = controlsOf(deviceId, send);
  const why = h("p", { class: "quiet save-why" });
  const probed = h("p", { class: "save-why" });
  const hash = h("div", { class: "hash" });
  const root = h("div", { class: "save-panel" }, choicesOf(controls), why, probed, hash);
  /** @type {unknown[]} */
  let drawn = [];

  /**
   * @param {ShownArchive} archive
   * @param {Save | null} current
   * @param {Abilities | null} can
   * @param {string} chosen format of all disks
   */
  function draw(archive, current, can, chosen) {
    const choice = choiceFor(archive, deviceId, chosen);
    const formats = archive.formats.get(deviceId);
    const live = current !== null && isLive(current);
    const beginsLike = archive.beginsLike.get(deviceId);
    const hashed = archive.hashes.get(deviceId);
    const inputs = [
      choice.format,
      choice.way,
      formats,
      live,
      can,
      archive.scan.phase,
      hashed,
      beginsLike,
    ];
    if (inputs.every((input, i) => input === drawn[i])) return;
    drawn = inputs;
    const what = diskWanted(archive, deviceId, choice.format, can);
    const wish = wishFor(archive, what);
    const ways = can ? waysFor(wish, can) : [];
    const used = ways.find((each) => each.way === choice.way) ?? ways[0];
    const blocked = can !== null && !used;
    drawWays(controls.way, ways, used);
    setAttribute(controls.onePass, "hidden", !canDoInOnePass(archive, deviceId, can));
    controls.onePass.ariaDisabled = String(live);
    const words = reason(archive, what, choice, used);
    const short = blocked && can ? noRoom(shortageOf(archive, what, can, false)) : null;
    setText(why, short ? [short.why, ...short.helps].join(" ") : words);
    setText(controls.size, sizeWords(formats, choice.format));
    const isTold = beginsLike !== undefined && choice.format === "raw";
    fill(probed, isTold && text("beginning.before", { format: beginsLike }));
    probed.hidden = !isTold;
    fill(hash, ...hashWords(archive, deviceId, send));
  }

  return { root, draw };
}

/**
 * @param {number} deviceId
 * @param {import("../page/model.js").Send} send
 */
function controlsOf(deviceId, send) {
  const way = select(`way-${deviceId}`, (value) => {
    const chosen = /** @type {import("../page/model.js").Way} */ (value);
    send({ type: "way-chosen", deviceId, way: chosen });
  });
  const onePass = button(text("save.one-pass"), () => {
    if (onePass.ariaDisabled !== "true") send({ type: "one-pass-wanted", deviceId });
  });
  return { way, onePass, size: h("p", { class: "quiet" }) };
}

/** @typedef {ReturnType<typeof controlsOf>} Controls */

/** @param {Controls} controls */
function choicesOf({ way, onePass, size: bytes }) {
  return h(
    "div",
    { class: "save-choices" },
    h("label", { for: way.id }, text("save.where"), " ", way),
    bytes,
    h("div", { class: "save-do" }, onePass),
  );
}

/**
 * @param {HTMLSelectElement} list
 * @param {Choice[]} ways
 * @param {Choice | undefined} used
 */
function drawWays(list, ways, used) {
  const options = ways.map((each) => ({ value: each.way, text: text(`way.${each.way}`) }));
  setOptions(list, options, used?.way ?? "");
}

/**
 * @param {ShownArchive} archive
 * @param {import("../shared/messages.js").SaveWhat & { deviceId: number }} what
 * @param {import("../page/model.js").SaveChoice} choice
 * @param {Choice | undefined} used
 */
function reason(archive, { kind, deviceId }, { format }, used) {
  return [
    !isScanned(archive.scan) && text("save.scan-first"),
    isScattered(archive, deviceId) && orderWords(archive, deviceId, kind),
    isFormat(format) && text(`format.${format}.use`),
    used?.why,
  ]
    .filter(Boolean)
    .join(" ");
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {import("../shared/messages.js").SaveWhat["kind"]} kind
 */
function orderWords({ timesUnpacked }, deviceId, kind) {
  if (kind === "one-pass") return text("save.scattered-one-pass");
  const times = Math.round(timesUnpacked.get(deviceId) ?? 0);
  return text("save.scattered", { times });
}

/**
 * Saving while scanning spares a second pass over what must be unpacked; it
 * needs a place where bytes can come in any order, and a format without a layout.
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {Abilities | null} can
 */
function canDoInOnePass(archive, deviceId, can) {
  const { overview, scan } = archive;
  if (!overview.decodesInOrder || isScanned(scan) || !can) return false;
  const wish = wishFor(archive, { kind: "one-pass", deviceId, format: "raw" });
  return waysFor(wish, can).length > 0;
}

/**
 * How large the file will be; nothing as long as that is not known.
 * @param {readonly FormatChoice[] | undefined} formats
 * @param {string} format
 */
function sizeWords(formats, format) {
  const known = formats?.find(({ code }) => code === format);
  if (!known || !isFormat(format)) return "";
  const name = text(`format.${format}.name`);
  if (known.size === null) return text("format-size.none", { name });
  const about = { name, size: size(known.size) };
  return known.exact ? text("format-size.exact", about) : text("format-size.max", about);
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {import("../page/model.js").Send} send
 */
function hashWords({ hashes, scan }, deviceId, send) {
  if (!isScanned(scan)) return [];
  const hash = hashes.get(deviceId);
  if (!hash) {
    const ask = button(text("hash.compute"), () => send({ type: "hash-wanted", deviceId }));
    return [ask];
  }
  if (hash.phase === "running") {
    return [
      h("span", { class: "figures" }, text("hash.running", { share: share(hash.at, hash.size) })),
      button(text("hash.stop"), () => send({ type: "hash-cancel-wanted", deviceId })),
    ];
  }
  if (hash.phase === "failed") {
    return [
      h(
        "span",
        {},
        text("hash.failed", { title: failureSentence(hash.failure?.code ?? "").title }),
      ),
      button(text("hash.again"), () => send({ type: "hash-wanted", deviceId })),
    ];
  }
  return [
    h("span", {}, hashLabel(hash)),
    h("code", { class: "hash-digits" }, hash.sha256 ?? ""),
    copyButton(text("button.copy"), () => hash.sha256 ?? "", send),
  ];
}

/**
 * @param {string} id
 * @param {(value: string) => void} onChange
 */
export function select(id, onChange) {
  const made = h("select", { id, on: { change: () => onChange(made.value) } });
  return made;
}

/**
 * @param {HTMLSelectElement} element
 * @param {{ value: string, text: string, disabled?: boolean }[]} options
 * @param {string} chosen
 */
export function setOptions(element, options, chosen) {
  const same =
    element.options.length === options.length &&
    options.every(({ value, text }, i) => {
      const there = element.options[i];
      return there?.value === value && there.textContent === text;
    });
  if (!same) {
    fill(
      element,
      options.map(({ value, text, disabled = false }) => h("option", { value, disabled }, text)),
    );
  }
  if (element.value !== chosen) element.value = chosen;
  element.disabled = options.length < 2;
}
