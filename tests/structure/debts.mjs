// What still breaks the rules: how each problem begins. A debt that is paid has to
// be struck from the list, and no new one passes.

export const DEBTS = {
  "no files import one another in a circle": [
    "src/archive/extent.rs <-> archive/finding.rs",
    "src/container/blockwise/decoded.rs <-> container/blockwise/mod.rs",
    "src/export/appliance/libvirt.rs <-> export/appliance/mod.rs",
    "src/export/disk/mod.rs <-> export/disk/qcow2.rs",
    "src/image/filled.rs <-> image/mod.rs",
    "src/proxmox/end.rs <-> proxmox/header.rs",
  ],
  "functions, files and types are small": ["src/wasm/export.rs: 555 lines"],
};
