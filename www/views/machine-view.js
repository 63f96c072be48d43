/** `qemu-server.conf` in words. */
import { byId, fill, h, whenChanged } from "./dom.js";
import { counted, size } from "../words/format.js";
import { facts, foreign, table } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").VmSummary} VmSummary */

/** @type {Record<string, string>} */
const OS_TYPES = {
  l26: "Linux",
  l24: "Linux (2.4 kernel)",
  win11: "Windows 11 or Server 2022 and later",
  win10: "Windows 10 or Server 2016/2019",
  win8: "Windows 8 or Server 2012",
  win7: "Windows 7 or Server 2008 R2",
  wvista: "Windows Vista",
  w2k8: "Windows Server 2008",
  w2k3: "Windows Server 2003",
  w2k: "Windows 2000",
  wxp: "Windows XP",
  solaris: "Solaris",
  other: "another system",
};

/** @type {Record<string, string>} */
const FIRMWARE = { seabios: "BIOS (SeaBIOS)", ovmf: "UEFI (OVMF)" };

export function machineView() {
  const section = byId("machine");
  return whenChanged(
    ({ archive }) => [archive?.summary],
    (summary) => {
      section.hidden = !summary;
      fill(section, summary && card(summary));
    },
  );
}

/** @param {VmSummary} summary */
function card(summary) {
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "machine-title" }, "The virtual machine"),
    h("p", { class: "quiet" }, "As its configuration in the backup describes it."),
    facts([
      ["Name", foreignOr(summary.name, "no name")],
      ["System", systemWords(summary.osType)],
      ["Processor", processorWords(summary)],
      ["Memory", summary.memoryMib === null ? "not stated" : size(summary.memoryMib * 1024 * 1024)],
      ["Firmware", firmwareWords(summary.bios)],
      summary.machine !== null && ["Machine type", foreign(summary.machine)],
    ]),
    diskTable(summary),
    networkTable(summary),
  );
}

/**
 * @param {string | null} text
 * @param {string} instead
 */
function foreignOr(text, instead) {
  return text === null ? instead : foreign(text);
}

/** @param {string | null} osType */
function systemWords(osType) {
  if (osType === null) return "not stated";
  const words = OS_TYPES[osType];
  return words ? [`${words} (`, foreign(osType), ")"] : foreign(osType);
}

/** @param {VmSummary} summary */
function processorWords({ cores, sockets, cpu }) {
  const number = `${counted(sockets ?? 1, "socket")} with ${counted(cores ?? 1, "core")}`;
  return cpu === null ? number : [`${number}, type `, foreign(cpu)];
}

/** @param {string | null} bios */
function firmwareWords(bios) {
  if (bios === null) return "BIOS (SeaBIOS, as nothing else is stated)";
  return FIRMWARE[bios] ?? foreign(bios);
}

/** @param {VmSummary} summary */
function diskTable({ disks }) {
  if (disks.length === 0) return null;
  return table(
    "Drives",
    ["Drive", "Size", "Was on", "In this backup"],
    disks.map((disk) => [
      foreign(disk.key),
      foreignOr(disk.size, disk.cdrom ? "CD/DVD" : "not stated"),
      foreign([disk.storage, disk.format].filter(Boolean).join(", ") || disk.volume),
      disk.deviceName === null ? "not in it" : foreign(disk.deviceName),
    ]),
    { class: "wide" },
  );
}

/** @param {VmSummary} summary */
function networkTable({ networks }) {
  if (networks.length === 0) return null;
  return table(
    "Network cards",
    ["Card", "Model", "MAC address", "Bridge", "VLAN"],
    networks.map(({ key, model, mac, bridge, vlan }) => [
      foreign(key),
      foreign(model),
      foreignOr(mac, "–"),
      foreignOr(bridge, "–"),
      foreignOr(vlan, "–"),
    ]),
    { class: "wide" },
  );
}
