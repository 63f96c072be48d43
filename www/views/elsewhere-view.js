/** The whole VM for other programs: an appliance, a folder of disks, texts. */
import { byId, fill, h, setText, whenChanged } from "./dom.js";
import { counted, size } from "../words/format.js";
import { FORMATS, TEXT_FORMATS } from "../words/format-words.js";
import { isScattered } from "../page/wish.js";
import { isLive, lastSaveOf } from "../page/save.js";
import { saveSmallFile } from "../page/save-blob.js";
import { button, copyButton, foreign } from "./parts.js";
import { saveBox } from "./save-box.js";
import { select, setOptions } from "./save-panel.js";

/** @typedef {import("../page/model.js").Send} Send */
/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */
/** @typedef {import("../page/model.js").State} State */
/** @typedef {import("../core/vma_inspector.js").LeftOut} LeftOut */

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
      h("h2", { id: "elsewhere-title" }, "The whole machine, for other programs"),
      appliance.root,
      folder.root,
      texts.root,
    ),
  );
  return whenChanged(
    ({ archive, saves, abilities }) => [archive, saves, abilities],
    (archive, saves, abilities) => {
      section.hidden = !archive?.elsewhere.texts;
      if (!archive?.elsewhere.texts) return;
      appliance.draw(archive, saves, abilities);
      folder.draw(archive, abilities);
      texts.draw(archive);
    },
  );
}

/** @param {Send} send */
function appliancePart(send) {
  const keepsMacs = checkbox("Keep the MAC addresses of the network cards", (checked) =>
    send({ type: "elsewhere-chosen", choice: { keepsMacs: checked } }),
  );
  const compressed = checkbox("Compress the disks: smaller, and slower to make", (checked) =>
    send({ type: "elsewhere-chosen", choice: { compressed: checked } }),
  );
  const save = button(
    "Save as OVA",
    () => {
      if (save.ariaDisabled !== "true") send({ type: "appliance-wanted" });
    },
    { "data-kind": "primary" },
  );
  const facts = h("p", { class: "quiet" });
  const lost = h("div");
  const place = h("div");
  const box = saveBox(send);
  const root = h(
    "section",
    { class: "elsewhere-part", "aria-labelledby": "appliance-title" },
    h("h3", { id: "appliance-title" }, "One appliance (.ova)"),
    h(
      "p",
      {},
      "The machine's settings and its disks in one file, for VMware, VirtualBox and others that import OVF.",
    ),
    keepsMacs.root,
    compressed.root,
    h("div", { class: "save-do" }, save),
    facts,
    place,
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
    save.ariaDisabled = String(!known || !can || (current !== null && isLive(current)));
    setText(facts, known ? applianceLine(known, archive) : NO_APPLIANCE);
    fill(lost, known && leftOutList(known.leftOut));
    if (current) box.draw(current);
    if (place.contains(box.root) !== (current !== null)) fill(place, current && box.root);
  }

  return { root, draw };
}

const NO_APPLIANCE = "There is no disk in this backup that an appliance can hold.";

/**
 * @param {import("../core/vma_inspector.js").ApplianceFacts} facts
 * @param {ShownArchive} archive
 */
function applianceLine({ sizeMax, exact, devices }, archive) {
  const disks = `${devices.length} of ${counted(archive.overview.devices.length, "disk")}`;
  const length = `${exact ? "" : "At most "}${size(sizeMax)}, with ${disks}.`;
  const slow = devices.some((id) => isScattered(archive, id)) ? ` ${SCATTERED}` : "";
  return `${length}${slow} Variables of the firmware and the state of a TPM have no place in an appliance.`;
}

const SCATTERED =
  "Disks lie out of order in the compressed backup, which has to be unpacked again and again for an appliance: that takes long.";

/** @param {Send} send */
function folderPart(send) {
  const list = h("div", { class: "checks" });
  const format = select("folder-format", (value) =>
    send({ type: "elsewhere-chosen", choice: { format: value } }),
  );
  const save = button("Choose a folder and save", () => {
    const deviceIds = [...checks].filter(([, { input }]) => input.checked).map(([id]) => id);
    send({ type: "folder-wanted", deviceIds, configs: configs.input.checked });
  });
  const configs = checkbox("The configuration files", () => {});
  const hint = h("p", { class: "quiet" });
  const root = h(
    "section",
    { class: "elsewhere-part", "aria-labelledby": "folder-title" },
    h("h3", { id: "folder-title" }, "Several disks into one folder"),
    list,
    h(
      "div",
      { class: "save-choices" },
      h("label", { for: format.id }, "Format ", format),
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
    const options = Object.entries(FORMATS)
      .filter(([code]) => TEXT_FORMATS.includes(code))
      .map(([value, { name }]) => ({ value, text: name }));
    setOptions(format, options, elsewhere.format);
    save.hidden = !can?.folderPicker;
    const raw = elsewhere.texts?.rawDevices.length ? ` ${RAW}` : "";
    setText(hint, `${can?.folderPicker ? FOLDER : NO_FOLDER}${raw}`);
  }

  return { root, draw };
}

const FOLDER =
  "The disks are written one after the other, under the names that the texts below use. Nothing that is in the folder is written over.";
const NO_FOLDER =
  "This browser lets a page write into no folder; Chrome and Edge do. Here save the disks one by one; the format chosen here is the one that the texts below name.";

const RAW =
  "The variables of the firmware are a raw image in any case; the firmware takes nothing else.";

/** @param {Send} send */
function textsPart(send) {
  const libvirt = textPart("libvirt domain (XML)", "libvirt.xml", send);
  const qemu = textPart("QEMU command line", "run-vm.sh", send);
  const root = h(
    "section",
    { class: "elsewhere-part", "aria-labelledby": "texts-title" },
    h("h3", { id: "texts-title" }, "The machine as text"),
    libvirt.root,
    qemu.root,
  );

  /** @param {ShownArchive} archive */
  function draw({ elsewhere: { texts } }) {
    if (!texts) return;
    libvirt.draw(texts.libvirt);
    qemu.draw(texts.qemu);
  }

  return { root, draw };
}

/**
 * @param {string} title
 * @param {string} fileName
 * @param {Send} send
 */
function textPart(title, fileName, send) {
  let text = "";
  const pre = h("pre", { tabindex: 0, role: "region", "aria-label": title });
  const lost = h("div");
  const root = h(
    "details",
    { class: "config" },
    h("summary", {}, title),
    h(
      "div",
      { class: "config-buttons" },
      copyButton("Copy", () => text, send),
      button("Save", () => saveSmallFile(fileName, new TextEncoder().encode(text))),
    ),
    pre,
    lost,
  );

  /** @param {import("../core/vma_inspector.js").MachineText} made */
  function draw(made) {
    if (made.text === text) return;
    text = made.text;
    fill(pre, foreign(text, "\n\t"));
    fill(lost, leftOutList(made.leftOut));
  }

  return { root, draw };
}

/** @param {LeftOut[]} leftOut */
function leftOutList(leftOut) {
  if (leftOut.length === 0) return h("p", { class: "quiet" }, "Everything was carried over.");
  return h(
    "details",
    { class: "config" },
    h("summary", {}, `Not carried over, or changed: ${counted(leftOut.length, "setting")}`),
    h(
      "ul",
      {},
      leftOut.map(({ text }) => h("li", {}, foreign(text))),
    ),
  );
}

/**
 * @param {import("./dom.js").Child} label
 * @param {(checked: boolean) => void} onChange
 */
function checkbox(label, onChange) {
  const input = h("input", { type: "checkbox", on: { change: () => onChange(input.checked) } });
  return { root: h("label", { class: "check" }, input, " ", label), input };
}
