/** What a restore in Proxmox VE, `qmrestore`, would do with the file, in words. */
import { explanation, printed } from "./proxmox.js";
import { deathsOf, isOtherMachine, unpackerLines } from "./restore-facts.js";
import { keyOf, text } from "./text.js";

/** @typedef {import("../core/vma_inspector.js").ProxmoxRestore} Restore */
/** @typedef {import("../core/vma_inspector.js").ProxmoxPrediction} Prediction */
/** @typedef {import("../shared/messages.js").Tone} Tone */
/** @typedef {Restore["deaths"][number]} Death */
/** What is printed, and what it means. @typedef {{ printed: string, explained: string }} Told */

/**
 * @param {Restore} restore
 * @param {string | null} when the scan was made, if that was kept
 * @returns {import("../shared/messages.js").Verdict}
 */
export function restoreVerdict(restore, when) {
  const { byName, byContents } = deathsOf(restore);
  if (byContents.length > 0) {
    const title = text("restore.fails.title");
    return { tone: "damage", title, text: text("restore.fails.text") };
  }
  if (!restore.decided) {
    const title = text("proxmox.unknown.title");
    return { tone: "neutral", title, text: text("proxmox.unknown.text") };
  }
  if (byName.length > 0) {
    const title = text("restore.by-name.title");
    return { tone: "warning", title, text: text("restore.by-name.text") };
  }
  const title =
    when === null ? text("proxmox.accepted.title") : text("kept-scan.accepted", { when });
  if (isOtherMachine(restore)) {
    return { tone: "warning", title, text: text("restore.accepted-but") };
  }
  if (when !== null) return { tone: "neutral", title, text: text("kept-scan.accepted-text") };
  return { tone: "good", title, text: text("proxmox.accepted.text") };
}

/**
 * @param {Restore} restore
 * @param {string | null} when the scan was made, if that was kept
 * @returns {{ tone: Tone, word: string }}
 */
export function restoreBadge({ deaths, decided }, when) {
  if (deaths.length > 0) return { tone: "damage", word: text("proxmox.verdict.fails") };
  if (!decided) return { tone: "neutral", word: text("proxmox.not-known") };
  return acceptedBadge(when);
}

/**
 * @param {string | null} when the scan was made, if that was kept
 * @returns {{ tone: Tone, word: string }}
 */
export function acceptedBadge(when) {
  return when === null
    ? { tone: "good", word: text("proxmox.verdict.accepts") }
    : { tone: "neutral", word: text("kept-scan.accepts") };
}

/**
 * @param {Death} death
 * @param {Restore} restore
 * @param {Prediction} foretold
 * @returns {Told}
 */
export function deathWords({ code, message }, restore, foretold) {
  if (code === "unpacker") return unpackerWords(restore);
  if (code === "header" || code === "data") {
    const said = code === "header" ? foretold.list : foretold.extract;
    const command = code === "header" ? "list" : "extract";
    if (!said) return { printed: message ?? "", explained: "" };
    return { printed: printed(command, said), explained: explanation(command, said) };
  }
  return { printed: message ?? "", explained: text(`restore.death.${code}`) };
}

/** @param {Restore} restore @returns {Told} */
function unpackerWords(restore) {
  const { command: program = "", exit = 1 } = restore.unpacker ?? {};
  const explained = text("restore.death.unpacker", { program, exit: String(exit) });
  return { printed: unpackerLines(restore).join("\n"), explained };
}

/**
 * What the host has to have.
 * @param {Restore} restore
 */
export function hostCondition({ storages }) {
  const names = storages.map(({ name, drives }) =>
    text("restore.storage", { name, drives: drives.join(", ") }),
  );
  return names.length === 0
    ? text("restore.any-storage")
    : text("restore.storages", { count: names.length, storages: names.join(", ") });
}

/**
 * What the restored machine has otherwise than the old one.
 * @param {Restore} restore
 */
export function restoredWords({ warnings }) {
  return warnings.flatMap(({ code, subject, detail }) => {
    const what = { subject: subject ?? "", detail: detail ?? "" };
    if (code === "becomes-comment" && detail === "boot") {
      return text("restored.becomes-comment-and-boots", { subject: what.subject });
    }
    if (code === "line-dropped" && subject === detail) {
      return text("restored.key-dropped", { subject: what.subject });
    }
    const key = keyOf("restored", code);
    return key ? text(key, what) : [];
  });
}
