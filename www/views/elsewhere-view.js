/** The whole VM for other programs: an appliance, a folder of disks, texts. */
import { baseName, isHarmless } from "../page/names.js";
import { saveSmallFile } from "../page/save-blob.js";
import { isLive, lastSaveOf } from "../page/save.js";
import { isScattered } from "../page/wish.js";
import { machineTextForOthers, maskedValue } from "../shared/secrets.js";
import { FORMATS, TEXT_FORMATS } from "../words/disk-formats.js";
import { size } from "../words/format.js";
import { FILE } from "../words/shown.js";
import { text } from "../words/text.js";
import { byId, fill, h, setText, whenChanged } from "./dom.js";
import { button, copyButton, foreign, listItems, sign } from "./parts.js";
import { select, setOptions } from "./save-panel.js";

/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").State} State */
/** @typedef {import("../core/vma_inspector_export.js").LeftOut} LeftOut */

/** @param {Send} send */
export function elsewhereView(send) {
  const section = byId("elsewhere");
  const appliance = appliancePart(send);
  const folder = folderPart(send);
  const texts = textsPart(send);
  section.append(
    h(
      "div",
      { class: "card" },
      h("h2", { id: "elsewhere-title" }, text("elsewhere.title")),
      appliance.root,
      folder.root,
      texts.root,
    ),
  );
  return whenChanged(
    ({ archive, saves, abilities }) => [archive, saves, abilities],
    (archive, saves, abilities) => {
      // Without a configuration there is no machine to hand on.
      section.hidden = !archive?.elsewhere.texts || !archive.summary;
      if (!archive?.elsewhere.texts || !archive.summary) return;
      appliance.draw(archive, saves, abilities);
      folder.draw(archive, abilities);
      texts.draw(archive);
    },
  );
}

/** @param {Send} send */
function appliancePart(send) {
  const keepsMacs = checkbox(text("appliance.keep-macs"), (checked) =>
    send({ type: "elsewhere-chosen", choice: { keepsMacs: checked } }),
  );
  const compressed = checkbox(text("appliance.compress"), (checked) =>
    send({ type: "elsewhere-chosen", choice: { compressed: checked } }),
  );
  const save = button(
    text("appliance.save"),
    () => {
      if (save.ariaDisabled !== "true") send({ type: "appliance-wanted" });
    },
    { "data-kind": "primary" },
  );
  const facts = h("p", { class: "quiet" });
  const lost = h("div");
  const root = h(
    "section",
    { class: "elsewhere-part", "aria-labelledby": "appliance-title" },
    h("h3", { id: "appliance-title" }, text("appliance.title")),
    h("p", {}, text("appliance.what")),
    keepsMacs.root,
    compressed.root,
    h("div", { class: "save-do" }, save),
    facts,
    lost,
  );

  /**
   * @param {ShownArchive} archive
   * @param {State["saves"]} saves
   * @param {State["abilities"]} can
   */
  function draw(archive, saves, can) {
    const { id, elsewhere } = archive;
    const current = lastSaveOf(saves, id, null);
    keepsMacs.input.checked = elsewhere.keepsMacs;
    compressed.input.checked = elsewhere.compressed;
    const { facts: known } = elsewhere;
    const holds = known && known.devices.length > 0 ? known : null;
    save.ariaDisabled = String(!holds || !can || (current !== null && isLive(current)));
    setText(facts, holds ? applianceLine(holds, archive) : text("appliance.none"));
    fill(lost, holds && leftOutList(holds.leftOut, archive.withSecrets));
  }

  return { root, draw };
}

/**
 * @param {import("../core/vma_inspector_export.js").ApplianceFacts} facts
 * @param {ShownArchive} archive
 */
function applianceLine({ sizeMax, exact, devices }, archive) {
  const disks = text("count.disk", { count: archive.overview.devices.length });
  const about = { size: size(sizeMax), number: devices.length, disks };
  return [
    exact ? text("appliance.size", about) : text("appliance.size-max", about),
    devices.some((id) => isScattered(archive, id)) && text("appliance.scattered"),
    text("appliance.no-place"),
  ]
    .filter(Boolean)
    .join(" ");
}

/** @param {Send} send */
function folderPart(send) {
  const list = h("div", { class: "checks" });
  const format = select("folder-format", (value) =>
    send({ type: "elsewhere-chosen", choice: { format: value } }),
  );
  const save = button(text("folder.save"), () => {
    const deviceIds = [...checks].filter(([, { input }]) => input.checked).map(([id]) => id);
    send({ type: "folder-wanted", deviceIds, configs: configs.input.checked });
  });
  const configs = checkbox(text("folder.configs"), () => {});
  const hint = h("p", { class: "quiet" });
  const root = h(
    "section",
    { class: "elsewhere-part", "aria-labelledby": "folder-title" },
    h("h3", { id: "folder-title" }, text("folder.title")),
    list,
    h(
      "div",
      { class: "save-choices" },
      h("label", { for: format.id }, text("save.format"), " ", format),
      h("div", { class: "save-do" }, save),
    ),
    hint,
  );
  /** @type {Map<number, ReturnType<typeof checkbox>>} */
  let checks = new Map();
  /** @type {unknown} */
  let shown = null;

  /**
   * @param {ShownArchive} archive
   * @param {State["abilities"]} can
   */
  function draw(archive, can) {
    const { overview, elsewhere } = archive;
    if (shown !== overview) {
      shown = overview;
      checks = new Map(
        overview.devices.map(({ id, name }) => [id, checkbox(foreign(name), () => {})]),
      );
      for (const { input } of [...checks.values(), configs]) input.checked = true;
      fill(
        list,
        [...checks.values()].map((each) => each.root),
        overview.configs.length > 0 && configs.root,
      );
    }
    const options = FORMATS.filter((code) => TEXT_FORMATS.some((each) => each === code)).map(
      (code) => ({ value: code, text: text(`format.${code}.name`) }),
    );
    setOptions(format, options, elsewhere.format);
    save.hidden = !can?.folderPicker;
    const how = can?.folderPicker ? text("folder.how") : text("folder.none");
    setText(hint, elsewhere.texts?.rawDevices.length ? `${how} ${text("folder.raw")}` : how);
  }

  return { root, draw };
}

/** @param {Send} send */
function textsPart(send) {
  const libvirt = textPart(text("texts.libvirt"), "libvirt.xml", [], send);
  const renamed = h("p", {}, text("texts.renamed"));
  const shells = h("p", { class: "quiet" }, text("texts.shells"));
  const qemu = textPart(text("texts.qemu"), "run-vm.sh", [renamed, shells], send);
  const root = h(
    "section",
    { class: "elsewhere-part", "aria-labelledby": "texts-title" },
    h("h3", { id: "texts-title" }, text("texts.title")),
    libvirt.root,
    qemu.root,
  );

  /** @param {ShownArchive} archive */
  function draw({ file, overview, summary, elsewhere: { texts }, withSecrets }) {
    if (!texts) return;
    const disks = overview.devices.map(({ safeName }) => safeName);
    const names = [summary?.name ?? "", baseName(file.name), ...disks];
    renamed.hidden = names.every(isHarmless);
    libvirt.draw(texts.libvirt, withSecrets);
    qemu.draw(texts.qemu, withSecrets);
  }

  return { root, draw };
}

/**
 * @param {string} title
 * @param {string} fileName
 * @param {HTMLElement[]} notes
 * @param {Send} send
 */
function textPart(title, fileName, notes, send) {
  let shown = "";
  /** @type {unknown} */
  let drawn = null;
  let drawnWithSecrets = false;
  const pre = h("pre", { tabindex: 0, role: "region", "aria-label": title });
  const lost = h("div");
  const withheld = h("p", { class: "quiet" }, text("texts.withheld"));
  const root = h(
    "details",
    { class: "config" },
    h("summary", {}, title),
    h(
      "div",
      { class: "config-buttons" },
      copyButton(text("button.copy"), () => shown, send),
      button(text("button.save"), () => saveSmallFile(fileName, new TextEncoder().encode(shown))),
    ),
    pre,
    withheld,
    notes,
    lost,
  );

  /**
   * @param {import("../core/vma_inspector_export.js").MachineText} made
   * @param {boolean} withSecrets
   */
  function draw(made, withSecrets) {
    if (made === drawn && withSecrets === drawnWithSecrets) return;
    drawn = made;
    drawnWithSecrets = withSecrets;
    fill(lost, leftOutList(made.leftOut, withSecrets));
    const wanted = withSecrets ? made.text : machineTextForOthers(made.text);
    withheld.hidden = wanted === made.text;
    if (wanted === shown) return;
    shown = wanted;
    fill(pre, foreign(shown, FILE));
  }

  return { root, draw };
}

/**
 * @param {LeftOut[]} leftOut
 * @param {boolean} withSecrets
 */
function leftOutList(leftOut, withSecrets) {
  if (leftOut.length === 0) return h("p", { class: "quiet" }, text("left-out.nothing"));
  const dangers = leftOut.filter(({ danger }) => danger);
  /** @param {LeftOut} setting */
  const draw = (setting) => foreign(withSecrets ? setting.text : withoutSecret(setting));
  return h(
    "div",
    {},
    dangers.length > 0 && h("p", {}, sign("warning"), text("left-out.danger")),
    dangers.length > 0 && h("ul", {}, listItems(dangers, draw)),
    h(
      "details",
      { class: "config" },
      h("summary", {}, text("left-out.some", { count: leftOut.length })),
      h("ul", {}, listItems(leftOut, draw)),
    ),
  );
}

/** @param {LeftOut} setting */
function withoutSecret({ key, value, text: whole }) {
  const why = whole.slice(`${key}: ${value}`.length);
  return `${key}: ${maskedValue(key, value)}${why}`;
}

/**
 * @param {import("./dom.js").Child} label
 * @param {(checked: boolean) => void} onChange
 */
function checkbox(label, onChange) {
  const input = h("input", { type: "checkbox", on: { change: () => onChange(input.checked) } });
  return { root: h("label", { class: "check" }, input, " ", label), input };
}
