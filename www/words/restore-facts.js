/** What of a restore in Proxmox VE, `qmrestore`, decides what is said of it. Pure, and no words. */

/** @typedef {import("../core/vma_inspector.js").ProxmoxRestore} Restore */

/** What is restored is not the machine as it was, or does not start. */
const MATTERS = new Set(["becomes-comment", "keeps-old-volume", "machine-too-old"]);

/**
 * Whether what is restored is not in every way the old machine.
 * @param {Restore} restore
 * @param {readonly string[]} [told] drives of which that was said already
 */
export function isOtherMachine({ warnings, leftOut }, told = []) {
  const matters = warnings.filter(({ code }) => MATTERS.has(code));
  const isTold = leftOut.unnamed.length === 0 || told.length > 0;
  return matters.some(({ subject }) => !told.includes(subject ?? "")) || !isTold;
}

/**
 * What a restore ends in: the file's name, which a person can change, apart.
 * @param {Pick<Restore, "deaths">} restore
 */
export function deathsOf({ deaths }) {
  return {
    byName: deaths.filter(({ code }) => code === "name"),
    byContents: deaths.filter(({ code }) => code !== "name"),
  };
}

/**
 * What is printed by the program that a restore unpacks the file with, line by line.
 * @param {Pick<Restore, "unpacker">} restore
 */
export function unpackerLines({ unpacker }) {
  return unpacker?.lines.flatMap(({ text: line }) => line?.trim() || []) ?? [];
}

/** What unpacks each container whatever the file's name. */
const PIPES = {
  plain: "cat",
  zstd: "zstd -dc",
  lzop: "lzop -dc",
  gzip: "gzip -dc",
  bzip2: "bzip2 -dc",
};

/**
 * A restore that does not ask for the file's name.
 * @param {import("../core/vma_inspector.js").ContainerKind} kind
 */
export function anyNameCommand(kind) {
  return `${PIPES[kind]} FILE | qmrestore - VMID --storage STORAGE`;
}

/**
 * Whether a command lacks the file's name.
 * @param {string} command
 */
export function hasPlaceholder(command) {
  return command.split(" ").includes("FILE");
}
