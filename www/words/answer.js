/**
 * Whether the machine can be had back from the backup: one answer, the worst of what
 * the scan, the compression, Proxmox, the file's name and the configuration say.
 */
import { dataSentence } from "./container.js";
import { isBeginningLost, missedDrives } from "./facts.js";
import { nameRemarks } from "./file-name.js";
import { leftOutSentences } from "./left-out.js";
import { deathsOf, isOtherMachine } from "./restore-facts.js";
import { ruleFor } from "./rule.js";
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
  const isOf = remarksOf(archive, judged);
  const { step, tone } = ruleFor("answer", answerFacts(archive, judged, isOf));
  const refused = isOf.isRefused ? [refusal()] : [];
  if (step === "as-scanned" || step === "none-here") {
    const title = step === "none-here" ? text("verdict.none-here") : judged.title;
    return { ...judged, tone, title, remarks: [...refused, ...isOf.left], more: "" };
  }
  const all = isOf.isRefused ? [...refused, ...isOf.left] : [...isOf.left, ...isOf.further];
  const title = titleFor(step, archive, all.length);
  return { ...short(archive, judged), tone, title, remarks: all };
}

/**
 * What should be known of it, and what follows from that.
 * @param {JudgedArchive} archive
 * @param {Verdict} judged
 */
function remarksOf(archive, judged) {
  const restore = archive.trust?.restore ?? null;
  const { byName, byContents } = deathsOf(restore ?? { deaths: [] });
  const missed = missedDrives(archive.leftOut).map(({ key }) => key);
  const names = isBeginningLost(archive.overview) ? [] : nameRemarks(archive.fileName);
  const isOther = restore !== null && isOtherMachine(restore, missed);
  const further = [
    ...(byName.length > 0 ? [text("answer.name")] : []),
    ...names,
    ...(judged.tone === "warning" ? [text("answer.odd", { title: judged.title })] : []),
    ...(isOther ? [text("answer.other-machine")] : []),
  ].map(warning);
  const left = leftOutSentences(archive).map(warning);
  return {
    left,
    further,
    missed,
    isRefused: byContents.length > 0,
    isRenamed: byName.length > 0,
    isUndecided: !restore?.decided,
  };
}

/**
 * What decides the answer.
 * @param {JudgedArchive} archive
 * @param {Verdict} judged
 * @param {ReturnType<typeof remarksOf>} of
 * @returns {import("./rule.js").Facts<"answer">}
 */
function answerFacts({ overview }, { tone }, of) {
  return {
    "scan-damage": tone === "damage",
    "scan-neutral": tone === "neutral",
    "scan-warning": tone === "warning",
    refused: of.isRefused,
    undecided: of.isUndecided,
    "no-disks": overview.devices.length === 0,
    "left-out": of.left.length > 0,
    missed: of.missed.length > 0,
    "missed-several": of.missed.length > 1,
    renamed: of.isRenamed,
    remarked: of.further.length > 0,
  };
}

/**
 * @param {Exclude<import("./rule.js").Rules["answer"][number]["step"], "as-scanned" | "none-here">} step
 * @param {JudgedArchive} archive
 * @param {number} count of remarks
 */
function titleFor(step, { leftOut }, count) {
  const missed = missedDrives(leftOut);
  switch (step) {
    case "refused":
      return text("answer.refused");
    case "refused-empty":
      return text("answer.refused-empty");
    case "without-one":
      return text("answer.without-one", { name: missed[0]?.key ?? "" });
    case "without-several":
      return text("answer.without-several", { number: missed.length });
    case "renamed":
      return text("answer.renamed");
    case "remarks":
      return text("answer.remarks", { count });
    case "restorable":
      return text("answer.restorable");
  }
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
