/** What codes of findings and failures mean, for people. */

/** @typedef {{ title: string, text: string }} Sentence */

/** @type {Record<string, Sentence>} */
const FINDINGS = {
  "header-lost": {
    title: "The beginning of the backup is missing",
    text: "Without it nobody knows the names of the disks, their exact sizes and the configuration of the virtual machine. Each disk is shown under its number, and is as long as the last part that was found of it, rounded up to 64 KiB. What was found of the disks is sound by its own checksums.",
  },
  "bytes-before-header": {
    title: "Something stands in front of the backup",
    text: "The backup begins later in the file than it should. It was read from there; what stands before it is not used. Proxmox itself would refuse the file.",
  },
  "header-field-wrong": {
    title: "A field of the archive header was wrong and is put right",
    text: "Its right value is known from the rest of the file. Where the header's checksum agrees with the right value, everything else in the header is as it was written. Proxmox itself would refuse the backup.",
  },
  "device-by-number": {
    title: "A disk is known only by its number",
    text: "Its entry in the archive header is lost, so its name and exact size are not known. It is as long as the last part that was found of it, rounded up to 64 KiB.",
  },
  "device-size-doubtful": {
    title: "A disk is larger than the damaged header says",
    text: "Sound parts of it lie beyond the size in the header, whose checksum does not agree. It is taken to be as long as the last part that was found.",
  },
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
  "extent-md5-mismatch": {
    title: "An extent's header does not match its checksum",
    text: "It tells which parts of which disks follow. It cannot be trusted, so its parts are left out, and the search went on for the next sound extent.",
  },
  "extent-magic-wrong": {
    title: "An extent does not begin where it should",
    text: "Something else stands there. What it should have held is left out, and the search went on for the next sound extent.",
  },
  "extent-reserved-nonzero": {
    title: "An extent's header has bits set that should be empty",
    text: "Against the format, but its contents are used as they are. Proxmox itself would refuse the backup.",
  },
  "extent-uuid-mismatch": {
    title: "An extent belongs to another backup",
    text: "It carries another backup's identity, as when files were mixed up or written over. Its parts are left out.",
  },
  "extent-header-cut": {
    title: "The file ends inside an extent's header",
    text: "The end of the backup is missing: the copy was cut short, or the backup never finished. Nothing of this extent is left.",
  },
  "extent-cut": {
    title: "An extent ends too early",
    text: "The file ends there, or the next extent already begins: a copy was cut short, the backup never finished, or a piece is missing from the middle. The blocks before that are used.",
  },
  "bytes-skipped": {
    title: "Bytes that belong to no sound extent",
    text: "They were stepped over. Parts of the disks that were stored there are missing.",
  },
  "search-given-up": {
    title: "Nothing sound was found for a very long way",
    text: "The file unpacks to far more than the backup can hold, and none of it is a part of a backup. The rest was not looked at.",
  },
  "trailing-bytes": {
    title: "There is something behind the end of the backup",
    text: "It is not part of the backup and is not used.",
  },
  "contents-lost": {
    title: "Parts of the backup cannot be unpacked",
    text: "The compressed data is damaged there. What was stored in these places is zeros in a saved disk; everything else is used.",
  },
  "block-count-mismatch": {
    title: "An extent holds more or fewer blocks than it announces",
    text: "Its header contradicts itself. The blocks that its entries name are used as far as they fit before the next extent; see whether they are plausible.",
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
    text: "As when two files were joined. Only the first is shown. If the second is a copy of the first, parts that the first lacks are taken from it; of another backup, nothing is used: cut the file in two at this place to open it.",
  },
};

/** Of what wraps the archive. @type {Record<string, Sentence>} */
const CONTAINER_FINDINGS = {
  "zstd-checksum-mismatch": {
    title: "The zstd checksum does not agree",
    text: "Everything could be unpacked, but somewhere before this place a byte has changed, in the data or in the checksum itself; nobody can tell where. All of it is used and can be saved. “zstd -d” stops here and throws away the last part of what it unpacked.",
  },
  "zstd-content-size-mismatch": {
    title: "The zstd data is not as long as it says",
    text: "A frame unpacks to another length than its header states. What was unpacked is used.",
  },
  "gzip-crc-mismatch": {
    title: "The gzip checksum does not agree",
    text: "Everything could be unpacked, but somewhere before this place a byte has changed, in the data or in the checksum itself. All of it is used and can be saved.",
  },
  "gzip-size-mismatch": {
    title: "The gzip data is not as long as it says",
    text: "It unpacks to another length than it states at its end. What was unpacked is used.",
  },
  "header-checksum-mismatch": {
    title: "A header of the compressed data does not match its checksum",
    text: "It holds names and settings of the compression, which worked all the same. Nothing of the backup is lost by this.",
  },
  "block-checksum-mismatch": {
    title: "A compressed block does not match its checksum",
    text: "It could be unpacked and is used, but a byte has changed in it, or in the checksum itself. The other blocks are not affected.",
  },
  "bzip2-crc-mismatch": {
    title: "The checksum over all bzip2 blocks does not agree",
    text: "A block is wrong, missing or in the wrong place. What was unpacked is used.",
  },
  "container-damaged": {
    title: "Compressed data that cannot be unpacked",
    text: "What it held is lost. Where something sound follows, unpacking goes on there, and everything else is used.",
  },
  "container-cut": {
    title: "The file ends in the middle of the compressed data",
    text: "The end is missing: the copy was cut short, or the backup never finished. Everything that could be unpacked before is used.",
  },
  "end-marker-missing": {
    title: "The mark at the end of the compressed data is missing",
    text: "The file ends between two whole blocks: something may be missing behind them, and the check of the disks tells whether it is.",
  },
  "trailing-garbage": {
    title: "There is something behind the end of the compressed data",
    text: "It is no part of it and is not used. Everything before it is.",
  },
  "trailing-zeros": {
    title: "There are zeros behind the end of the compressed data",
    text: "Tapes and disks leave them. They are harmless.",
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
    text: "It does not begin as one, nor as one that was compressed. Backups of virtual machines by Proxmox are named like vzdump-qemu-100-2025_01_31-02_00_00.vma.zst.",
  },
  "container-feature": {
    title: "This kind of compression is not read here",
    text: "It uses something that the page cannot unpack, such as a dictionary, a filter or a newer version. Unpack it with the program that made it, and open the .vma file that comes out.",
  },
  "container-window": {
    title: "Unpacking this file needs too much memory for this page",
    text: "It was compressed with a window of more than 128 MiB (“zstd --long” above 27, or “--ultra”). A browser can take up to 1 GiB for it. If that is not enough, unpack it with “zstd -d --long=31” and open the .vma file that comes out.",
  },
  "container-damaged": {
    title: "The compressed data is damaged where it is needed",
    text: "The bytes there cannot be unpacked. Look for another copy of the backup.",
  },
  "nothing-sound": {
    title: "The compressed data is damaged from the beginning",
    text: "Nothing that can be unpacked was found in the first part of the file, so the backup cannot be opened. Look for another copy.",
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
    text: "Drop a backup from a folder window of this computer.",
  },
  "folder-dropped": {
    title: "That is a folder",
    text: "Open the folder and drop the backup that is in it.",
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
    title: "This browser lets the page save nothing here",
    text: "Saving needs a Service Worker or the browser's own storage. They are turned off in private windows of some browsers, and on pages that come neither over https nor from this computer itself.",
  },
  "save-broken": {
    title: "The save broke off",
    text: "The browser stopped it before the end.",
  },
  "no-space": {
    title: "There is no room for this file",
    text: "The disk is full, or the browser lets the page use no more of it. Make room, or choose another place.",
  },
  "writing-refused": {
    title: "The browser does not allow writing there",
    text: "You or the browser refused it, the file is open in another program, or the folder is protected. Choose another place.",
  },
  "target-gone": {
    title: "The place to write to is gone",
    text: "The folder or the file was moved or deleted, or the disk it is on was unplugged.",
  },
  "too-many-parts": {
    title: "This disk is in too many pieces for this browser",
    text: "Without a Service Worker a disk is put together out of pieces of the backup, and the browser cannot handle so many. Open the page in a normal window, over https or from this computer.",
  },
  "hash-failed": {
    title: "The hash could not be computed",
    text: "The part of the page that computes it stopped. The saved file is not touched by that.",
  },
  "disk-too-large": {
    title: "The disk is too large for this format",
    text: "Choose another format; VHD, for one, ends at 2,040 GiB.",
  },
  "file-too-large": {
    title: "The file would be too large for this format",
    text: "Choose another format.",
  },
  aborted: {
    title: "It was stopped",
    text: "The scan or the save was stopped, or another backup was opened.",
  },
};

/**
 * @param {string} code
 * @returns {Sentence}
 */
export function findingSentence(code) {
  return FINDINGS[code] ?? unknownFinding(code);
}

/**
 * Of a finding of what wraps the archive.
 * @param {string} code
 * @returns {Sentence}
 */
export function containerSentence(code) {
  return CONTAINER_FINDINGS[code] ?? unknownFinding(code);
}

/** @param {string} code */
function unknownFinding(code) {
  return {
    title: `Something unusual: ${code}`,
    text: "This page has no words for it yet; the technical lines below say what was found.",
  };
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

/** @type {Record<import("../core/vma_inspector.js").Severity, string>} */
export const SEVERITY_WORDS = { damage: "Damage", warning: "Warning", note: "Note" };
