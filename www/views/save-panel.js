/** What can be done with one disk: save it in some format, and hash it. */
import { fill, h, setAttribute, setText } from "./dom.js";
import { share, size } from "../words/format.js";
import { FORMATS, WAYS } from "../words/format-words.js";
import { waysFor } from "../page/ways.js";
import { noWay } from "../words/ways.js";
import { diskWanted, isScattered, wishFor } from "../page/wish.js";
import { failureSentence } from "../words/sentences.js";
import { isLive } from "../page/save.js";
import { choiceFor } from "../page/state.js";
import { button, copyButton } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DeviceEntry} Device */
/** @typedef {import("../core/vma_inspector.js").FormatChoice} FormatChoice */
/** @typedef {import("../page/model.js").Abilities} Abilities */
/** @typedef {import("../page/model.js").Save} Save */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/**
 * @param {Device} device
 * @param {import("../page/model.js").Send} send
 */
export function savePanel(device, send) {
  const deviceId = device.id;
  const format = select(`format-${deviceId}`, (value) =>
    send({ type: "save-chosen", deviceId, choice: { format: value, way: null } }),
  );
  const way = select(`way-${deviceId}`, (value) =>
    send({
      type: "save-chosen",
      deviceId,
      choice: { way: /** @type {import("../page/model.js").Way} */ (value) },
    }),
  );
  const save = primary(deviceId, "Save as raw image", () =>
    send({ type: "save-wanted", deviceId }),
  );
  const onePass = button("Save now, while scanning", () => {
    if (onePass.ariaDisabled !== "true") send({ type: "one-pass-wanted", deviceId });
  });
  const why = h("p", { class: "quiet save-why" });
  const hash = h("div", { class: "hash" });
  const root = h(
    "div",
    { class: "save-panel" },
    h(
      "div",
      { class: "save-choices" },
      h("label", { for: format.id }, "Format ", format),
      h("label", { for: way.id }, "Where ", way),
      h("div", { class: "save-do" }, save, onePass),
    ),
    why,
    hash,
  );
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
    const inputs = [choice, formats, live, can, archive.scan.phase, archive.hashes.get(deviceId)];
    if (inputs.every((input, i) => input === drawn[i])) return;
    drawn = inputs;
    const what = diskWanted(archive, deviceId, choice.format, can);
    const ways = can ? waysFor(wishFor(archive, what), can) : [];
    const used = ways.find((each) => each.way === choice.way) ?? ways[0];
    setOptions(format, formatOptions(formats), choice.format);
    setOptions(
      way,
      ways.map((each) => ({ value: each.way, text: WAYS[each.way] })),
      used?.way ?? "",
    );
    setText(save, FORMATS[choice.format]?.action ?? "Save");
    const blocked = can !== null && !used;
    save.ariaDisabled = String(live || blocked || can === null);
    const offersOnePass = canDoInOnePass(archive, deviceId, choice.format, can);
    setAttribute(onePass, "hidden", !offersOnePass);
    onePass.ariaDisabled = String(live);
    setText(
      why,
      blocked && can
        ? noWay(wishFor(archive, what).sizeMax, can.stageFree)
        : reason(archive, what, choice, used),
    );
    fill(hash, ...hashWords(archive, deviceId, send));
  }

  return { root, draw };
}

/**
 * @param {ShownArchive} archive
 * @param {import("../shared/messages.js").SaveWhat & { deviceId: number }} what
 * @param {import("../page/model.js").SaveChoice} choice
 * @param {import("../page/ways.js").Choice | undefined} used
 */
function reason(archive, { kind, deviceId }, { format }, used) {
  const waits =
    archive.scan.phase === "done"
      ? ""
      : "The scan comes first: the save starts when it is finished. ";
  const order = isScattered(archive, deviceId) ? `${orderWords(archive, deviceId, kind)} ` : "";
  return `${waits}${order}${FORMATS[format]?.use ?? ""} ${used?.why ?? ""}`;
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {import("../shared/messages.js").SaveWhat["kind"]} kind
 */
function orderWords({ timesUnpacked }, deviceId, kind) {
  const lies = "This disk lies out of order in the compressed backup.";
  if (kind === "one-pass") return `${lies} So the backup is unpacked once more while it is saved.`;
  const times = Math.round(timesUnpacked.get(deviceId) ?? 0);
  const slow = `${lies} To save it this way, or to hash it alone, about ${times} times as much as the whole backup is unpacked, which takes long.`;
  return `${slow} Formats without compression are quicker where the browser can write in any order.`;
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
  if (!overview.decodesInOrder || scan.phase === "done" || format !== "raw" || !can) return false;
  return waysFor(wishFor(archive, { kind: "one-pass", deviceId, format }), can).length > 0;
}

/**
 * @param {readonly FormatChoice[] | undefined} formats
 */
function formatOptions(formats) {
  return Object.entries(FORMATS).map(([value, { name }]) => {
    const known = formats?.find(({ code }) => code === value);
    if (!known) return { value, text: name };
    if (known.size === null) {
      return { value, text: `${name}: cannot hold this disk`, disabled: true };
    }
    return { value, text: `${name}: ${known.exact ? "" : "at most "}${size(known.size)}` };
  });
}

/**
 * @param {ShownArchive} archive
 * @param {number} deviceId
 * @param {import("../page/model.js").Send} send
 */
function hashWords({ hashes, scan }, deviceId, send) {
  if (scan.phase !== "done") return [];
  const hash = hashes.get(deviceId);
  if (!hash) {
    const ask = button("Compute the SHA-256 of the disk", () =>
      send({ type: "hash-wanted", deviceId }),
    );
    return [ask];
  }
  if (hash.phase === "running") {
    return [
      h("span", { class: "figures" }, `SHA-256 of the disk: ${share(hash.at, hash.size)} hashed`),
      button("Stop hashing", () => send({ type: "hash-cancel-wanted", deviceId })),
    ];
  }
  if (hash.phase === "failed") {
    return [
      h("span", {}, `SHA-256: ${failureSentence(hash.failure?.code ?? "").title}.`),
      button("Try again", () => send({ type: "hash-wanted", deviceId })),
    ];
  }
  const gaps = hash.lost > 0 ? `, with zeros for ${size(hash.lost)} that are missing` : "";
  return [
    h("span", {}, `SHA-256 of the disk's ${size(hash.size)}${gaps}:`),
    h("code", { class: "hash-digits" }, hash.sha256 ?? ""),
    copyButton("Copy", () => hash.sha256 ?? "", send),
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
