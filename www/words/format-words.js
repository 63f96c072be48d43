/** What the formats of a disk's file are for, in words. */

/**
 * @typedef {object} FormatWords
 * @property {string} name
 * @property {string} action what a button says
 * @property {string} use
 */

/** In the order they are offered. @type {Record<string, FormatWords>} */
export const FORMATS = {
  raw: {
    name: "Raw image (.raw)",
    action: "Save as raw image",
    use: "Every byte of the disk as it is. Any program reads it, and it can be written to a real disk.",
  },
  qcow2: {
    name: "qcow2",
    action: "Save as qcow2",
    use: "For Proxmox VE, QEMU and libvirt. Empty parts take no space.",
  },
  "qcow2-deflate": {
    name: "qcow2, compressed",
    action: "Save as compressed qcow2",
    use: "For Proxmox VE, QEMU and libvirt. Smaller, and slower to make.",
  },
  "vmdk-stream": {
    name: "VMDK for VMware ESXi and vSphere, compressed",
    action: "Save as VMDK",
    use: "The kind named streamOptimized, which ESXi and vSphere import.",
  },
  vmdk: {
    name: "VMDK for VMware Workstation",
    action: "Save as VMDK",
    use: "The kind named monolithicSparse. Empty parts take no space.",
  },
  vhdx: {
    name: "VHDX for Hyper-V",
    action: "Save as VHDX",
    use: "Dynamic: empty parts take no space.",
  },
  vhd: {
    name: "VHD for older Hyper-V and Virtual PC",
    action: "Save as VHD",
    use: "Dynamic: empty parts take no space. Up to 2,040 GiB.",
  },
  vdi: {
    name: "VDI for VirtualBox",
    action: "Save as VDI",
    use: "Dynamic: empty parts take no space.",
  },
};

/** Those that machines here can start from without a conversion, for the texts. */
export const TEXT_FORMATS = ["qcow2", "raw", "vmdk", "vdi"];

/** @type {Record<import("../page/model.js").Way, string>} */
export const WAYS = {
  download: "Into Downloads, as a stream",
  stage: "Into Downloads, by way of the browser's own storage",
  file: "To a place that I choose",
  folder: "Into the chosen folder",
  blob: "Into Downloads, by way of memory",
};
