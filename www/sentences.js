/** What codes of findings and failures mean, for people. */

/** @typedef {{ title: string, text: string }} Sentence */

/** @type {Record<string, Sentence>} */
const FINDINGS = {
  "header-md5-mismatch": {
    title: "The archive header does not match its checksum",
    text: "Something in the first kilobytes of the file was changed after the backup was written. Names, sizes and configurations come from there: see whether they are plausible before you rely on them.",
  },
  "header-truncated": {
    title: "The file ends inside the archive header",
    text: "Only the beginning of the backup is here. Nothing of the disks can be in it.",
  },
  "blob-buffer-out-of-bounds": {
    title: "The header's store of names and configurations reaches too far",
    text: "Part of it lies outside the header, so some names or configurations may be missing or wrong.",
  },
  "device-incomplete": {
    title: "A disk entry has only a name or only a size",
    text: "A disk needs both. The entry is left out of the list of disks.",
  },
  "device-zero-declared": {
    title: "There is an entry for disk number 0",
    text: "That number means “no disk” in this format. The entry is ignored.",
  },
  "device-name-invalid": {
    title: "A disk's name cannot be read",
    text: "Its contents are not affected; the disk is shown under a name made from its number.",
  },
  "config-pointer-invalid": {
    title: "A configuration file cannot be found in the header",
    text: "The header says that it is there, but points to a place that does not exist.",
  },
  "name-unterminated": {
    title: "A name has no proper end",
    text: "It is shown as far as it goes. Nothing else is affected.",
  },
  "blob-pointer-inside-blob": {
    title: "An entry of the header points into the middle of another",
    text: "The text read from there may be nonsense.",
  },
  "header-size-unaligned": {
    title: "The header has an unusual length",
    text: "Some older programs write it so. It is harmless.",
  },
  "extent-md5-mismatch": {
    title: "An extent's header does not match its checksum",
    text: "It tells which parts of which disks follow. It cannot be trusted, so what follows is left out up to the next sound extent.",
  },
  "extent-magic-wrong": {
    title: "An extent does not begin where it should",
    text: "Something else stands there. The search went on for the next sound extent.",
  },
  "extent-reserved-nonzero": {
    title: "An extent's header has bits set that should be empty",
    text: "Against the format, but its contents are used as they are. Proxmox itself would refuse the backup.",
  },
  "extent-uuid-mismatch": {
    title: "An extent belongs to another backup",
    text: "It carries another backup's identity, as when files were mixed up or written over. It is left out.",
  },
  "extent-header-cut": {
    title: "The file ends inside an extent's header",
    text: "The end of the backup is missing: the copy was cut short, or the backup never finished.",
  },
  "extent-cut": {
    title: "The file ends inside an extent",
    text: "The end of the backup is missing: the copy was cut short, or the backup never finished. What comes before the cut is used.",
  },
  "bytes-skipped": {
    title: "Bytes that belong to no sound extent",
    text: "They were stepped over. Parts of the disks that were stored there are missing.",
  },
  "trailing-bytes": {
    title: "There is something behind the end of the backup",
    text: "It is not part of the backup and is not used.",
  },
  "block-count-mismatch": {
    title: "An extent holds more or fewer blocks than it announces",
    text: "Its header contradicts itself, so where its data lies is not certain.",
  },
  "cluster-twice": {
    title: "Parts of a disk are stored twice",
    text: "The first copy is used. Should the two differ, it is not known which one is right.",
  },
  "cluster-missing": {
    title: "Parts of a disk are missing",
    text: "They should be in the file and are not. In a saved image these places are filled with zeros. Proxmox's own “vma verify” does not notice this.",
  },
  "cluster-past-end": {
    title: "Data for places beyond the end of a disk",
    text: "There is no such place on the disk. The data is left out.",
  },
  "block-past-end": {
    title: "Data that reaches beyond the end of a disk",
    text: "What lies past the end is cut off; the disk keeps the size that the header states.",
  },
  "device-undeclared": {
    title: "Data of a disk that the header does not know",
    text: "Neither its name nor its size is known, so it cannot be saved.",
  },
  "slot-reserved-nonzero": {
    title: "Entries have bits set that should be empty",
    text: "Against the format, but harmless as far as is known. They are used as they are.",
  },
  "vmstate-out-of-order": {
    title: "The saved memory is not in order",
    text: "It should be stored from beginning to end. It is put in order when saved.",
  },
  "archive-header-again": {
    title: "A second backup begins inside this file",
    text: "As when two files were joined. Only the first one is shown.",
  },
};

/** @type {Record<string, Sentence>} */
const FAILURES = {
  "source-empty": {
    title: "This file is empty",
    text: "It has no bytes at all. If it was copied, the copy did not work: look at the original.",
  },
  "source-unreadable": {
    title: "The file can no longer be read",
    text: "It was moved, renamed, changed or deleted, or the disk it is on was unplugged or has a fault. Check the disk, then choose the file again.",
  },
  "source-shrank": {
    title: "The file became shorter while it was read",
    text: "Another program is changing it, or a copy is still going on. Wait until that is finished, then choose the file again.",
  },
  "not-a-vma": {
    title: "This is not a VMA backup",
    text: "It does not begin as one. Backups of virtual machines by Proxmox are named like vzdump-qemu-100-2025_01_31-02_00_00.vma.",
  },
  "container-unsupported": {
    title: "This backup is compressed",
    text: "Compressed backups are read in the next version of this page. Until then unpack it first, for example with “zstd -d” for a name that ends in .zst, “lzop -d” for .lzo, “gunzip” for .gz, and open the .vma file that comes out.",
  },
  "header-cut": {
    title: "The file ends before the backup really begins",
    text: "Even its header is not complete: the copy was cut short. Look for another copy.",
  },
  "version-unsupported": {
    title: "An unknown version of the format",
    text: "This page reads version 1, the only one that Proxmox has ever written. Either the file is damaged at its beginning, or it is newer than this page.",
  },
  "header-size": {
    title: "The header states an impossible size for itself",
    text: "The beginning of the file is damaged, or it is not a backup.",
  },
  "archive-too-large": {
    title: "This file is too large for a web page",
    text: "Its size cannot be handled exactly in a browser.",
  },
  "index-too-large": {
    title: "There is not enough memory for this backup",
    text: "The list of where each part of its disks lies does not fit into the browser's memory.",
  },
  "not-a-file": {
    title: "That is not a file",
    text: "Drop a .vma file from a folder window of this computer.",
  },
  "folder-dropped": {
    title: "That is a folder",
    text: "Open the folder and drop the .vma file that is in it.",
  },
  "several-files": {
    title: "Those are several files",
    text: "Please drop one backup at a time.",
  },
  "core-unavailable": {
    title: "This browser cannot run the page",
    text: "The part that reads backups is WebAssembly, and it did not load. Use a current Firefox, Chrome or Edge; where a policy of your organisation turns WebAssembly off, use another computer.",
  },
  "worker-died": {
    title: "The part of the page that reads backups stopped",
    text: "It was started anew. Open the file again; your file has not been touched.",
  },
  "saving-unavailable": {
    title: "This browser does not let the page save disks",
    text: "Saving needs a Service Worker. They are turned off in private windows of some browsers, and on pages that come neither over https nor from this computer itself.",
  },
  "save-broken": {
    title: "The save broke off",
    text: "The browser stopped it before the end.",
  },
};

/**
 * @param {string} code
 * @returns {Sentence}
 */
export function findingSentence(code) {
  return (
    FINDINGS[code] ?? {
      title: `Something unusual: ${code}`,
      text: "This page has no words for it yet; the technical lines below say what was found.",
    }
  );
}

/**
 * @param {string} code
 * @returns {Sentence}
 */
export function failureSentence(code) {
  return (
    FAILURES[code] ?? {
      title: "Something went wrong",
      text: "This page has no words for it; the technical line below says what happened.",
    }
  );
}

/** @type {Record<import("./core/vma_inspector.js").Severity, string>} */
export const SEVERITY_WORDS = { damage: "Damage", warning: "Warning", note: "Note" };
