/**
 * What Proxmox's own program would say, explained: what each of its messages
 * means, and what it means for a restore.
 */

/** @typedef {import("../core/vma_inspector.js").ProxmoxPrediction} Prediction */
/** @typedef {import("../core/vma_inspector.js").ProxmoxVerdict} Verdict */
/** @typedef {import("../shared/messages.js").Tone} Tone */

/** By how a message begins. @type {[RegExp, string][]} */
const MESSAGES = [
  [
    /^can't read vma header - /,
    "The file holds fewer than 12,288 bytes, which every archive begins with: only its beginning is here, or it is something else. Nothing can be restored from it.",
  ],
  [
    /^can't read vma header data - /,
    "The header says that it is longer than the whole file: the file was cut, or this number is damaged. Nothing can be restored from it as it is.",
  ],
  [
    /^not a vma file - /,
    "The first four bytes are not those of an archive. It is another kind of file, its beginning is damaged, or it is compressed and its name does not say so. A restore does not begin.",
  ],
  [
    /^wrong vma header size /,
    "The header states a length that cannot be: it is damaged. A restore does not begin.",
  ],
  [
    /^wrong vma header chechsum/,
    "At least one byte of the header has changed since the backup was made. Proxmox refuses the whole backup for it, even if the disks are all there. What this page reads can be saved all the same.",
  ],
  [
    /^wrong vma version /,
    "The header states another version of the format than 1, the only one there is. A restore does not begin.",
  ],
  [
    /^wrong vma blob buffer (offset|size) /,
    "Where the header keeps names and configurations is outside of it: the header is damaged. A restore does not begin.",
  ],
  [
    /^vma contains invalid data pointers/,
    "The name or the contents of a configuration is not where the header says. Proxmox refuses the whole backup for it, even if the disks are all there.",
  ],
  [
    /^read short extent /,
    "Behind the last whole extent stand a few bytes that are too few for another one: the file was cut there, or something was appended. A restore writes everything before and then fails.",
  ],
  [
    /^wrong vma extent header chechsum/,
    "The header of an extent is damaged, or something else stands where it should be. A restore fails there and does not look for what is sound behind it.",
  ],
  [
    /^wrong vma extent uuid/,
    "An extent belongs to another backup, as when files were mixed up. A restore fails there.",
  ],
  [
    /^wrong vma extent header magic/,
    "An extent does not begin as one, or has bits set that should be empty. A restore fails there.",
  ],
  [
    /^short vma extent \(/,
    "The file ends before the data of an extent do: the first number is how many bytes are there, the second how many there should be. The copy was cut short, or the number is damaged. A restore fails there.",
  ],
  [
    /^short vma extent - too many blocks/,
    "The slots of an extent name more blocks than it says it has. A restore fails there.",
  ],
  [
    /^vma extent error - missing blocks/,
    "An extent says that it has more blocks than its slots name. A restore fails there.",
  ],
  [
    /^found duplicated cluster /,
    "A part of a disk is stored twice. A restore fails at the second copy, even if both are the same.",
  ],
  [
    /^found out of order vmstate data/,
    "The saved memory of the machine does not stand in its order. A restore fails there.",
  ],
  [
    /^got wrong block address - /,
    "Data is stored for a place behind the end of a disk. A restore fails there.",
  ],
  [
    /^got wrong dev id /,
    "Data is stored for a disk that the header does not name. A restore fails there.",
  ],
  [
    /^detected missing cluster /,
    "A part of the disk (64 KiB at this number) stands nowhere in the file; there may be more. A restore writes everything that is there and fails at the very end.",
  ],
  [
    /^can't create file .*: The image size is too large/,
    "The header states a disk larger than a file can be: it may be damaged. “vma extract” fails before it has written anything; a restore onto a storage cannot make the disk either.",
  ],
  [
    /^can't create file /,
    "The name of the disk cannot be the name of a file. “vma extract” fails before it has written anything.",
  ],
  [
    /^unable to write file: /,
    "The name of a configuration cannot be the name of a file. “vma extract” fails before it has written a disk.",
  ],
  [
    /^(failed to allocate|overflow allocating) /,
    "The header states a disk so large that the memory to check it cannot be had: it is damaged.",
  ],
];

/** @type {Record<string, string>} */
const ASSERTIONS = {
  "rstate->bitmap":
    "Data is stored for a disk that the header does not name, or whose size is wrong. The program has no message for that and aborts.",
  "rstate->bitmap_size > idx":
    "Data is stored for a place far behind the end of a disk. The program has no message for that and aborts.",
};

const CRASH =
  "A name in the header has no bytes, not even the one that ends it. The program reads memory that is not there and crashes (“Segmentation fault”).";

/** What each command does, where it accepts an archive. */
const ACCEPTS = {
  list: "It reads the header and shows the configurations and disks.",
  verify:
    "It reads everything to the end. It does not notice missing parts, and compares no data: there is nothing to compare them with.",
  extract: "It writes every disk to the end, and so does a restore, as far as the file goes.",
};

/** @typedef {keyof typeof ACCEPTS} Command */

/** The commands in the order in which they ask for more. @type {Command[]} */
export const COMMANDS = ["list", "verify", "extract"];

/**
 * What a verdict means, in a plain sentence.
 * @param {Command} command
 * @param {Verdict | null} said
 */
export function explanation(command, said) {
  if (!said) return "";
  if (said.verdict === "accepts") return ACCEPTS[command];
  if (said.verdict === "crashes") return CRASH;
  if (said.verdict === "aborts") return ASSERTIONS[said.message ?? ""] ?? "";
  return MESSAGES.find(([begins]) => begins.test(said.message ?? ""))?.[1] ?? "";
}

/**
 * What the program prints, as a person would see it and look it up.
 * @param {Command} command
 * @param {Verdict} said
 */
export function printed(command, { verdict, message }) {
  if (verdict === "crashes") return "Segmentation fault";
  if (verdict === "aborts") return `Assertion \`${message}' failed.`;
  const ofExtents = !OF_HEADER.test(message ?? "") && command !== "list";
  const stage = command === "verify" ? "verify failed - " : "restore failed - ";
  return `vma: ${ofExtents ? stage : ""}${message}`;
}

/** Messages without “verify failed” in front. */
const OF_HEADER =
  /^(can't |unable to |not a vma file|wrong vma (header|version|blob)|vma contains|failed to allocate|overflow allocating)/;

/**
 * @param {Prediction} foretold
 * @returns {{ tone: Tone, title: string, text: string }}
 */
export function proxmoxVerdict({ unpacks, list, verify, extract }) {
  if (unpacks === "fails") {
    return {
      tone: "damage",
      title: "Proxmox would not get through the compression",
      text: "The program that unpacks stops with an error, so a restore fails, whatever Proxmox says of the archive inside. Below is what it would say of that, as far as it can be unpacked.",
    };
  }
  if (extract?.verdict === "accepts") {
    return {
      tone: "good",
      title: "Proxmox would accept this backup",
      text: "A restore would read it to the end. Whether there is room for the disks, and whether the data in them is what the machine once wrote, is another matter.",
    };
  }
  if (extract) {
    const late = verify?.verdict === "accepts";
    return {
      tone: "damage",
      title: "Proxmox would not restore this backup",
      text: late
        ? "“vma verify” passes it, and a restore fails all the same."
        : "It stops at the first fault, with the words below. They are here so that you recognise them.",
    };
  }
  return list && list.verdict !== "accepts"
    ? { tone: "damage", title: "Proxmox would not restore this backup", text: "" }
    : {
        tone: "neutral",
        title: "What Proxmox would say is not known yet",
        text: "It is known for certain once all of the file was scanned.",
      };
}
