/** The report as a text, into the clipboard or a file. */
import { reportText } from "../words/report-text.js";
import { text } from "../words/text.js";
import { baseName } from "./names.js";
import { reportFacts } from "./report-facts.js";
import { saveBlob } from "./save-blob.js";

/**
 * @param {import("./worker-client.js").WorkerClient} worker
 * @param {import("./model.js").Send} send
 * @param {import("./model.js").State} state
 * @param {"copy" | "save"} how
 */
export async function giveReportText(worker, send, { archive, saves }, how) {
  if (!archive) return;
  const facts = reportFacts(archive, saves);
  // Made of the report that would be saved, so that both say the same.
  const made = worker
    .request("report", { archive: archive.id, facts })
    .then(async (report) => new Blob([reportText(JSON.parse(await report.text()))], TEXT));
  if (how === "save") return saveBlob(`${baseName(archive.file.name)}-report.txt`, await made);
  // A browser lets a click copy what is made only afterwards.
  const copied = navigator.clipboard.write([new ClipboardItem({ [TEXT.type]: made })]);
  const said = await copied.then(
    () => text("copy.done"),
    () => text("copy.refused"),
  );
  send({ type: "said", text: said });
}

const TEXT = { type: "text/plain" };
