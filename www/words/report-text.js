/** The report as a text for people: to be read in a forum, at most 80 columns wide. Pure. */
import { contentsRemarks } from "./disk-areas.js";
import { contentsLine } from "./disk-contents.js";
import { exactSize, size, times } from "./format.js";
import { count } from "./numbers.js";
import { containerSentence, findingSentence } from "./finding-sentences.js";
import { deathWords } from "./restore.js";
import { shownPlainly } from "./shown.js";
import { text } from "./text.js";

/** @typedef {import("./report.js").Report} Report */
/** @typedef {Report["devices"][number]} Device */

const COLUMNS = 80;
/** Ranges of a disk, and kinds of findings, that are named. */
const RANGES_SHOWN = 10;
const KINDS_SHOWN = 20;

/**
 * @param {Report} report as it is saved
 * @returns {string} lines, each with its end
 */
export function reportText(report) {
  const { program, createdAt, file, verdict } = report;
  const checked = verdict.checked.map(({ what, against, result }) =>
    item(`${what}: ${against}: ${result}`),
  );
  const blocks = [
    [
      ...wrapped(`${program.name} ${program.version}`),
      ...wrapped(
        text("forum.when", { time: createdAt.replace("T", " ").replace(/\.\d+Z$/, " UTC") }),
      ),
    ],
    [
      ...wrapped(shownPlainly(file.name)),
      ...wrapped(exactSize(file.size)),
      ...wrapped(machineOf(report)),
    ],
    [...wrapped(verdict.title), "", ...wrapped(verdict.text)],
    titled(text("proxmox.eyebrow"), endsOf(report)),
    titled(text("forum.disks"), report.devices.map(diskLines)),
    titled(text("forum.findings"), findingsOf(report)),
    titled(text("forum.checked"), [...checked, item(verdict.notChecked)]),
    ...report.configs.flatMap(configBlock),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

/** @param {Report} report */
function machineOf({ machine, fileName, header }) {
  const made = header.createdAt > 0 ? times(header.createdAt) : null;
  return [
    shownPlainly(machine?.name ?? text("head.no-name")),
    fileName.vmid !== null && text("head.vm", { id: fileName.vmid }),
    made && text("head.made", { date: made.utc }),
  ]
    .filter(Boolean)
    .join(" · ");
}

/** @param {Device} device */
function diskLines(device) {
  const { name, size: bytes, storedBytes = 0, lost, doubt, contents, sha256, sha256Of } = device;
  const facts = [
    text("forum.stored", { size: size(bytes), stored: size(storedBytes) }),
    lost.bytes > 0 && text("device.bytes-missing", { size: size(lost.bytes) }),
    doubt.bytes > 0 && text("device.in-doubt", { size: size(doubt.bytes) }),
  ];
  const said = contents === null ? [] : [contentsLine(contents), ...contentsRemarks(contents)];
  return [
    ...wrapped(`${shownPlainly(name)}: ${facts.filter(Boolean).join(", ")}`, "  "),
    ...said.filter((each) => each !== "").flatMap((each) => wrapped(each, "    ")),
    ...rangesOf(lost).flatMap((each) => wrapped(each, "    ")),
    ...(sha256 && sha256Of ? wrapped(sha256Of.text, "    ") : []),
  ];
}

/** @param {Device["lost"]} lost */
function rangesOf({ count: number, ranges }) {
  const shown = ranges
    .slice(0, RANGES_SHOWN)
    .map(({ offset, length }) =>
      text("forum.range", { from: count(offset), bytes: count(length) }),
    );
  const more = number - shown.length;
  return more > 0 ? [...shown, text("list.more", { count: more })] : shown;
}

/**
 * What ends a restore: what is printed, and what that means.
 * @param {Report} report
 */
function endsOf({ restore, proxmox }) {
  if (!restore || !proxmox) return [];
  return restore.deaths.map((death) => {
    const { printed, explained } = deathWords(death, restore, proxmox);
    return item([printed && shownPlainly(printed), explained].filter(Boolean).join(": "));
  });
}

/** @param {Report} report */
function findingsOf({ findingGroups, container }) {
  const ofContainer = container.findings.map(({ code }) => containerSentence(code).title);
  const ofArchive = findingGroups.map(({ code, count: number }) =>
    text("forum.times", { what: findingSentence(code).title, number }),
  );
  const all = [...new Set(ofContainer), ...ofArchive];
  const more = all.length - KINDS_SHOWN;
  const shown = all.slice(0, KINDS_SHOWN).map(item);
  return more > 0 ? [...shown, item(text("list.more", { count: more }))] : shown;
}

/** @param {Report["configs"][number]} config */
function configBlock({ name, text: content }) {
  if (content === null) return [];
  // As it stands there: a line that is broken would be another setting.
  const lines = content
    .trimEnd()
    .split("\n")
    .map((line) => `  ${shownPlainly(line)}`.trimEnd());
  return [titled(shownPlainly(name), [lines.flatMap(hardWrapped)])];
}

/**
 * @param {string} title
 * @param {string[][]} parts
 */
function titled(title, parts) {
  return parts.length > 0 ? [...wrapped(title), ...parts.flat()] : [];
}

/** @param {string} words */
function item(words) {
  return wrapped(words, "    ").map((line, at) => (at === 0 ? `  - ${line.slice(4)}` : line));
}

/**
 * Lines of whole words; a word that is longer than a line is cut.
 * @param {string} words
 * @param {string} [indent]
 */
function wrapped(words, indent = "") {
  const lines = [];
  let line = "";
  for (const word of words
    .split(/\s+/)
    .filter(Boolean)
    .flatMap((each) => cut(each, indent))) {
    const longer = line === "" ? indent + word : `${line} ${word}`;
    if (width(longer) <= COLUMNS) line = longer;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/**
 * @param {string} word
 * @param {string} indent
 */
function cut(word, indent) {
  const room = COLUMNS - indent.length;
  const letters = [...word];
  const pieces = [];
  for (let at = 0; at < letters.length; at += room) {
    pieces.push(letters.slice(at, at + room).join(""));
  }
  return pieces;
}

/** @param {string} line */
function hardWrapped(line) {
  return width(line) <= COLUMNS ? [line] : cut(line, "");
}

/** @param {string} line */
function width(line) {
  return [...line].length;
}
