/** What the page knows and the Worker does not, for the report. */
import { isScanned } from "../shared/scan-phase.js";
import { answer } from "../words/answer.js";
import { checkedRows } from "../words/checked.js";
import { containerVerdict } from "../words/container.js";
import { hashLabel, savedDoubt } from "../words/doubt.js";
import { size } from "../words/format.js";
import { text } from "../words/text.js";
import { doubtTaken, isMarked, lostBytes } from "./save.js";

/** @typedef {import("./model.js").Save} Save */

/**
 * @param {import("./model.js").ShownArchive} archive
 * @param {readonly Save[]} saves all there are
 * @returns {import("../shared/messages.js").ReportFacts}
 */
export function reportFacts(archive, saves) {
  const { file, scan } = archive;
  const done = isScanned(scan);
  const container = scan.report?.container;
  const judged = answer(archive);
  return {
    file: { name: file.name, size: file.size },
    phase: scan.phase,
    scannedAt: scan.scannedAt === null ? null : new Date(scan.scannedAt).toISOString(),
    verdict: {
      tone: judged?.tone ?? "neutral",
      title: judged?.title ?? text("verdict.running"),
      text: judged ? wordsOf(judged) : "",
      checked: done ? checkedRows(archive) : [],
      notChecked: text("checked.not"),
    },
    containerVerdict:
      container && container.kind !== "plain" ? containerVerdict(container, scan) : null,
    hashes: Object.fromEntries(hashedFacts(archive)),
    withConfigs: archive.withConfigs,
    withSecrets: archive.withSecrets,
    contents: Object.fromEntries(archive.contents),
    saves: saves.filter((save) => save.archive === archive.id && save.phase === "done").map(saved),
  };
}

/** @param {import("../words/answer.js").Answer} answered */
function wordsOf({ text: words, remarks, more }) {
  return [words, ...remarks.map((remark) => remark.text), more].filter(Boolean).join(" ");
}

/**
 * @param {import("./model.js").ShownArchive} archive
 * @returns {[number, import("../shared/messages.js").HashedFact][]}
 */
function hashedFacts({ hashes }) {
  return [...hashes].flatMap(([id, hash]) => {
    const { sha256, lost, doubt } = hash;
    if (sha256 === null) return [];
    return [[id, { sha256, of: { lost, doubt, text: `${hashLabel(hash)} ${sha256}` } }]];
  });
}

/**
 * @param {Save} save
 * @returns {import("../shared/messages.js").SavedFact}
 */
function saved(save) {
  const { file, gaps } = save;
  const lost = lostBytes(save) ?? 0;
  const doubt = { bytes: gaps.doubt.bytes, taken: doubtTaken(save) };
  const marked = isMarked(save);
  const told = [
    lost > 0 && text("save.gaps", { size: size(lost) }),
    doubt.bytes > 0 && savedDoubt(doubt, marked),
    gaps.doubt.isUnproven && text("save.not-proven"),
    file.beginsLike !== null && text("beginning.saved", { format: file.beginsLike }),
    gaps.leftOut.length > 0 && text("save.left-out", { count: gaps.leftOut.length }),
  ];
  return {
    fileName: file.name,
    size: file.size ?? save.progress.taken,
    devices: save.devices.map(({ id }) => id),
    marked,
    lost,
    doubt,
    text: told.filter((each) => each !== false),
  };
}
