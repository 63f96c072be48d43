/**
 * Whether the machine can be had back from the backup: one answer, the worst of what
 * the scan, the compression, Proxmox, the file's name and the configuration say.
 */
import { dataSentence } from "./container.js";
import { isBeginningLost, missedDrives } from "./facts.js";
import { nameRemarks } from "./file-name.js";
import { leftOutSentences } from "./left-out.js";
import { deathsOf, isOtherMachine } from "./restore-facts.js";
import { text } from "./text.js";
import { verdict } from "./verdict.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("./archive.js").JudgedArchive} JudgedArchive */
/** @typedef {import("../shared/messages.js").Verdict} Verdict */
/** @typedef {import("../shared/messages.js").Tone} Tone */
/** @typedef {{ tone: Tone, text: string }} Remark */
/**
 * @typedef {Verdict & { remarks: Remark[], more: string }} Answer `text` in a line or
 *   two; what else should be known before a restore; and what the scan found, at length
 */

/**
 * @param {JudgedArchive} archive
 * @returns {Answer | null} null while the scan goes on, and until it is known what Proxmox
 *   would do
 */
export function answer(archive) {
  const { scan, trust } = archive;
  const judged = verdict(archive);
  if (judged === null || (scan.phase === "done" && trust === null)) return null;
  const left = leftOutSentences(archive).map(warning);
  const restore = trust?.restore ?? null;
  const refused = restore !== null && deathsOf(restore).byContents.length > 0;
  if (judged.tone === "damage") {
    const remarks = refused ? [refusal(), ...left] : left;
    return { ...judged, remarks, more: "" };
  }
  if (refused) {
    const title =
      archive.overview.devices.length > 0 ? text("answer.refused") : text("answer.refused-empty");
    return { ...short(archive, judged), tone: "damage", title, remarks: [refusal(), ...left] };
  }
  if (judged.tone === "neutral" || restore === null || !restore.decided) {
    return unproven(archive, judged, left);
  }
  return restorable(archive, judged, restore, left);
}

/**
 * What nothing green is said of: a scan that was stopped or kept, a backup without disks.
 * @param {JudgedArchive} archive
 * @param {Verdict} judged
 * @param {Remark[]} left
 * @returns {Answer}
 */
function unproven(archive, judged, left) {
  const tone = left.length > 0 && judged.tone !== "damage" ? "warning" : judged.tone;
  const isNone = archive.overview.devices.length === 0 && missedDrives(archive.leftOut).length > 0;
  const title = isNone ? text("verdict.none-here") : judged.title;
  return { ...judged, tone, title, remarks: left, more: "" };
}

/**
 * @param {JudgedArchive} archive
 * @param {Verdict} judged
 * @param {import("../core/vma_inspector.js").ProxmoxRestore} restore
 * @param {Remark[]} left
 * @returns {Answer}
 */
function restorable(archive, judged, restore, left) {
  const isRenamed = deathsOf(restore).byName.length > 0;
  const missed = missedDrives(archive.leftOut).map(({ key }) => key);
  const names = isBeginningLost(archive.overview) ? [] : nameRemarks(archive.fileName);
  const remarks = [
    ...left,
    ...(isRenamed ? [warning(text("answer.name"))] : []),
    ...names.map(warning),
    ...(judged.tone === "warning" ? [warning(text("answer.odd", { title: judged.title }))] : []),
    ...(isOtherMachine(restore, missed) ? [warning(text("answer.other-machine"))] : []),
  ];
  const told = short(archive, judged);
  if (remarks.length === 0) return { ...told, title: text("answer.restorable"), remarks };
  return { ...told, tone: "warning", title: remarkTitle(archive, isRenamed, remarks), remarks };
}

/**
 * @param {JudgedArchive} archive
 * @param {boolean} isRenamed
 * @param {Remark[]} remarks
 */
function remarkTitle({ leftOut }, isRenamed, remarks) {
  const missed = missedDrives(leftOut);
  const [first] = missed;
  if (first && missed.length === 1) return text("answer.without-one", { name: first.key });
  if (first) return text("answer.without-several", { number: missed.length });
  if (isRenamed) return text("answer.renamed");
  return text("answer.remarks", { count: remarks.length });
}

/**
 * Nothing is lost: that, and what proves it, in a line or two; the numbers apart.
 * @param {JudgedArchive} archive
 * @param {Verdict} judged
 */
function short({ scan, leftOut, overview }, judged) {
  const isPart = missedDrives(leftOut).length > 0 || overview.devices.length === 0;
  const whole = isPart ? text("answer.whole-of-it") : text("answer.whole");
  const data = dataSentence(scan.report?.container ?? null);
  return { ...judged, text: `${whole} ${data}`, more: judged.text };
}

/** @returns {Remark} */
function refusal() {
  return { tone: "damage", text: `${text("restore.do-not")} ${text("restore.here")}` };
}

/**
 * @param {string} words
 * @returns {Remark}
 */
function warning(words) {
  return { tone: "warning", text: words };
}
