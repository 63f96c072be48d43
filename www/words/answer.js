/**
 * Whether the machine can be had back from the backup: one answer, the worst of what
 * the scan, the compression, Proxmox, the file's name and the configuration say.
 */
import { dataSentence } from "./container.js";
import { isBeginningLost, missedDrives } from "./facts.js";
import { nameRemarks } from "./file-name.js";
import { leftOutSentences } from "./left-out.js";
import { deathsOf, isOtherMachine, unpackerLines } from "./restore-facts.js";
import { ruleFor } from "./rule.js";
import { text } from "./text.js";
import { verdict } from "./verdict.js";

/** @typedef {import("./archive.js").ScannedArchive} ScannedArchive */
/** @typedef {import("./archive.js").JudgedArchive} JudgedArchive */
/** @typedef {import("./verdict.js").Verdict} Verdict */
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
  const restore = trust?.restore ?? null;
  const { byName, byContents } = deathsOf(restore ?? { deaths: [] });
  const missed = missedDrives(archive.leftOut).map(({ key }) => key);
  const left = leftOutSentences(archive).map(warning);
  const further = furtherRemarks(archive, judged, missed);
  const isRefused = byContents.length > 0;
  const { step, tone } = ruleFor("answer", {
    "scan-damage": judged.tone === "damage",
    "scan-neutral": judged.tone === "neutral",
    "scan-warning": judged.tone === "warning",
    refused: isRefused,
    unread: scan.phase !== "done",
    undecided: !restore?.decided,
    "no-disks": archive.overview.devices.length === 0,
    "left-out": left.length > 0,
    missed: missed.length > 0,
    renamed: byName.length > 0,
    remarked: further.length > 0,
  });
  const known = isRefused ? [damage(text("restore.do-not")), ...left] : left;
  if (step === "as-scanned" || step === "none-here") {
    const title = step === "none-here" ? text("verdict.none-here") : judged.title;
    return { ...judged, tone, title, remarks: known, more: judged.more ?? "" };
  }
  const printed = byContents.map(({ code, message }) =>
    code === "unpacker" && restore ? unpackerLines(restore)[0] : message,
  );
  const message = printed.find(Boolean);
  const stops = message ? [damage(text("answer.stops", { message }))] : [];
  const remarks = isRefused ? [...stops, ...known] : [...left, ...further];
  const title = titleFor(step, archive, remarks.length);
  const said =
    step === "unread"
      ? { text: `${judged.title}. ${judged.text}`, more: "" }
      : short(archive, judged);
  return { ...said, tone, title, remarks };
}

/**
 * What should be known of it, beside which drives are not there.
 * @param {JudgedArchive} archive
 * @param {Verdict} judged
 * @param {string[]} missed
 */
function furtherRemarks({ trust, overview, fileName }, judged, missed) {
  const restore = trust?.restore;
  if (!restore) return [];
  return [
    ...(deathsOf(restore).byName.length > 0 ? [text("answer.name")] : []),
    ...(isBeginningLost(overview) ? [] : nameRemarks(fileName)),
    ...(judged.tone === "warning" ? [text("answer.odd", { title: judged.title })] : []),
    ...(isOtherMachine(restore, missed) ? [text("answer.other-machine")] : []),
  ].map(warning);
}

/**
 * @param {Exclude<import("./rule.js").Rules["answer"][number][1], "as-scanned" | "none-here">} step
 * @param {JudgedArchive} archive
 * @param {number} count of remarks
 */
function titleFor(step, { leftOut, overview }, count) {
  const [first, ...others] = missedDrives(leftOut);
  switch (step) {
    case "refused":
      return overview.devices.length > 0 ? text("answer.refused") : text("answer.refused-empty");
    case "without":
      return others.length > 0
        ? text("answer.without-several", { number: others.length + 1 })
        : text("answer.without-one", { name: first?.key ?? "" });
    case "remarks":
      return text("answer.remarks", { count });
    default:
      return text(`answer.${step}`);
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

/**
 * @param {string} words
 * @returns {Remark}
 */
function damage(words) {
  return { tone: "damage", text: words };
}

/**
 * @param {string} words
 * @returns {Remark}
 */
function warning(words) {
  return { tone: "warning", text: words };
}
