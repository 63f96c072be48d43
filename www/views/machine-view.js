/** `qemu-server.conf` in words. */
import { size } from "../words/format.js";
import { whereItIs } from "../words/left-out.js";
import { keyOf, pieces, text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { badge, facts, foreign, table } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").DrivesLeftOut} DrivesLeftOut */
/** @typedef {import("../core/vma_inspector.js").VmSummary} VmSummary */

export function machineView() {
  const section = byId("machine");
  return whenChanged(
    ({ archive }) => [archive?.summary, archive?.leftOut],
    (summary, leftOut) => {
      section.hidden = !summary;
      fill(section, summary && card(summary, leftOut ?? null));
    },
  );
}

/**
 * @param {VmSummary} summary
 * @param {DrivesLeftOut | null} leftOut
 */
function card(summary, leftOut) {
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "machine-title" }, text("machine.title")),
    h("p", { class: "quiet" }, text("machine.source")),
    facts([
      [text("machine.name"), foreignOr(summary.name, text("machine.no-name"))],
      [text("machine.system"), systemWords(summary.osType)],
      [text("machine.processor"), processorWords(summary)],
      [
        text("machine.memory"),
        summary.memoryMib === null
          ? text("machine.not-stated")
          : size(summary.memoryMib * 1024 * 1024),
      ],
      [text("machine.firmware"), firmwareWords(summary.bios)],
      summary.machine !== null && [text("machine.type"), foreign(summary.machine)],
    ]),
    diskTable(summary, leftOut),
    networkTable(summary),
  );
}

/**
 * @param {string | null} stated
 * @param {string} instead
 */
function foreignOr(stated, instead) {
  return stated === null ? instead : foreign(stated);
}

/** @param {string | null} osType */
function systemWords(osType) {
  if (osType === null) return text("machine.not-stated");
  const key = keyOf("os", osType);
  return key ? [`${text(key)} (`, foreign(osType), ")"] : foreign(osType);
}

/** @param {VmSummary} summary */
function processorWords({ cores, sockets, cpu }) {
  const number = {
    sockets: text("count.socket", { count: sockets ?? 1 }),
    cores: text("count.core", { count: cores ?? 1 }),
  };
  return cpu === null
    ? text("machine.cores", number)
    : pieces("machine.cores-of", { ...number, type: foreign(cpu) });
}

/** @param {string | null} bios */
function firmwareWords(bios) {
  if (bios === null) return text("firmware.default");
  const key = keyOf("firmware", bios);
  return key ? text(key) : foreign(bios);
}

/**
 * @param {VmSummary} summary
 * @param {DrivesLeftOut | null} leftOut
 */
function diskTable({ disks }, leftOut) {
  if (disks.length === 0) return null;
  return table(
    text("drives.caption"),
    [text("drives.drive"), text("archive.size"), text("drives.was-on"), text("drives.here")],
    disks.map((disk) => [
      foreign(disk.key),
      foreignOr(disk.size, disk.cdrom ? text("drives.optical") : text("machine.not-stated")),
      foreign([disk.storage, disk.format].filter(Boolean).join(", ") || disk.volume),
      whereWords(leftOut?.drives.find(({ key }) => key === disk.key)),
    ]),
    { class: "wide" },
  );
}

/** @param {DrivesLeftOut["drives"][number] | undefined} drive */
function whereWords(drive) {
  if (!drive) return text("drive-state.not-there");
  const words = foreign(whereItIs(drive));
  const isMissed = drive.state === "excluded" || drive.state === "not-there";
  return isMissed ? badge("warning", whereItIs(drive)) : words;
}

/** @param {VmSummary} summary */
function networkTable({ networks }) {
  if (networks.length === 0) return null;
  return table(
    text("networks.caption"),
    [
      text("networks.card"),
      text("networks.model"),
      text("networks.mac"),
      text("networks.bridge"),
      text("networks.vlan"),
    ],
    networks.map(({ key, model, mac, bridge, vlan, down }) => [
      foreign(key),
      foreign(model),
      foreignOr(mac, "–"),
      down
        ? h("span", {}, foreignOr(bridge, "–"), " ", badge("warning", text("networks.down")))
        : foreignOr(bridge, "–"),
      foreignOr(vlan, "–"),
    ]),
    { class: "wide" },
  );
}
