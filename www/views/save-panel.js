/** What can be done with one disk: save it in some format, and hash it. */
import { isScanned } from "../shared/scan-phase.js";
import { isLive } from "../page/save.js";
import { choiceFor } from "../page/state.js";
import { waysFor } from "../page/ways.js";
import { diskWanted, isScattered, wishFor } from "../page/wish.js";
import { FORMATS, isFormat } from "../words/disk-formats.js";
import { hashLabel } from "../words/doubt.js";
import { size } from "../words/format.js";
import { share } from "../words/numbers.js";
import { failureSentence } from "../words/sentences.js";
import { text } from "../words/text.js";
import { noWay } from "../words/ways.js";
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
   */
  function draw(archive, current, can) {
    const choice = choiceFor(archive, deviceId);
    const formats = archive.formats.get(deviceId);
    const live = current !== null && isLive(current);
    const beginsLike = archive.beginsLike.get(deviceId);
    const hashed = archive.hashes.get(deviceId);
    const inputs = [choice, formats, live, can, archive.scan.phase, hashed, beginsLike];
    if (inputs.every((input, i) => input === drawn[i])) return;
    drawn = inputs;
    const what = diskWanted(archive, deviceId, choice.format, can);
    const wish = wishFor(archive, what);
    const ways = can ? waysFor(wish, can) : [];
    const used = ways.find((each) => each.way === choice.way) ?? ways[0];
    const blocked = can !== null && !used;
    drawControls(controls, { formats, choice, ways, used, off: live || blocked || can === null });
    setAttribute(
      controls.onePass,
      "hidden",
      !canDoInOnePass(archive, deviceId, choice.format, can),
    );
    controls.onePass.ariaDisabled = String(live);
    const words = reason(archive, what, choice, used);
    setText(why, blocked && can ? noWay(wish.sizeMax, can.stageFree) : words);
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
  const format = select(`format-${deviceId}`, (value) =>
    send({ type: "save-chosen", deviceId, choice: { format: value, way: null } }),
  );
  const way = select(`way-${deviceId}`, (value) => {
    const chosen = /** @type {import("../page/model.js").Way} */ (value);
    send({ type: "save-chosen", deviceId, choice: { way: chosen } });
  });
  const save = primary(deviceId, text("format.raw.action"), () =>
    send({ type: "save-wanted", deviceId }),
  );
  const onePass = button(text("save.one-pass"), () => {
    if (onePass.ariaDisabled !== "true") send({ type: "one-pass-wanted", deviceId });
  });
  return { format, way, save, onePass };
}

/** @typedef {ReturnType<typeof controlsOf>} Controls */

/** @param {Controls} controls */
function choicesOf({ format, way, save, onePass }) {
  return h(
    "div",
    { class: "save-choices" },
    h("label", { for: format.id }, text("save.format"), " ", format),
    h("label", { for: way.id }, text("save.where"), " ", way),
    h("div", { class: "save-do" }, save, onePass),
  );
}

/**
 * @param {Controls} controls
 * @param {{ formats: readonly FormatChoice[] | undefined,
 *   choice: import("../page/model.js").SaveChoice, ways: Choice[], used: Choice | undefined,
 *   off: boolean }} drawn
 */
function drawControls({ format, way, save }, { formats, choice, ways, used, off }) {
  setOptions(format, formatOptions(formats), choice.format);
  const options = ways.map((each) => ({ value: each.way, text: text(`way.${each.way}`) }));
  setOptions(way, options, used?.way ?? "");
  setText(
    save,
    isFormat(choice.format) ? text(`format.${choice.format}.action`) : text("button.save"),
  );
  save.ariaDisabled = String(off);
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
 * needs a place where bytes can come in any order.
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {string} format
 * @param {Abilities | null} can
 */
function canDoInOnePass(archive, deviceId, format, can) {
  const { overview, scan } = archive;
  if (!overview.decodesInOrder || isScanned(scan) || format !== "raw" || !can) return false;
  return waysFor(wishFor(archive, { kind: "one-pass", deviceId, format }), can).length > 0;
}

/**
 * @param {readonly FormatChoice[] | undefined} formats
 */
function formatOptions(formats) {
  return FORMATS.map((value) => {
    const name = text(`format.${value}.name`);
    const known = formats?.find(({ code }) => code === value);
    if (!known) return { value, text: name };
    if (known.size === null) {
      return { value, text: text("format-size.none", { name }), disabled: true };
    }
    const about = { name, size: size(known.size) };
    const words = known.exact ? text("format-size.exact", about) : text("format-size.max", about);
    return { value, text: words };
  });
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
 * @param {number} deviceId
 * @param {string} label
 * @param {() => void} onClick
 */
function primary(deviceId, label, onClick) {
  const made = button(
    label,
    () => {
      if (made.ariaDisabled !== "true") onClick();
    },
    { "data-kind": "primary", "aria-describedby": `device-${deviceId}-title` },
  );
  return made;
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
