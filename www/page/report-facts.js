/** What the page knows and the Worker does not, for the report. */
import { checkedRows } from "../words/checked.js";
import { containerVerdict } from "../words/container.js";
import { text } from "../words/text.js";
import { verdict } from "../words/verdict.js";

/**
 * @param {import("./model.js").ShownArchive} archive
 * @returns {import("../shared/messages.js").ReportFacts}
 */
export function reportFacts(archive) {
  const { file, scan } = archive;
  const done = scan.phase === "done";
  const container = scan.report?.container;
  const judged = verdict(archive);
  return {
    file: { name: file.name, size: file.size },
    phase: scan.phase,
    scannedAt: scan.scannedAt === null ? null : new Date(scan.scannedAt).toISOString(),
    verdict: {
      tone: judged?.tone ?? "neutral",
      title: judged?.title ?? text("verdict.running"),
      text: judged?.text ?? "",
      checked: done ? checkedRows(archive) : [],
      notChecked: text("checked.not"),
    },
    containerVerdict:
      container && container.kind !== "plain" ? containerVerdict(container, done) : null,
    sha256: Object.fromEntries([...archive.hashes].map(([id, { sha256 }]) => [id, sha256])),
  };
}
