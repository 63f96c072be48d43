/** The verdict to keep: as a file, or on paper. */
import { text } from "../words/text.js";
import { byId, h, whenChanged } from "./dom.js";
import { button } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function reportView(send) {
  const section = byId("report");
  section.append(
    h("h2", { id: "report-title", class: "visually-hidden" }, text("report.title")),
    button(text("report.save"), () => send({ type: "report-wanted" }), {
      "aria-describedby": "report-hint",
    }),
    button(text("report.print"), () => send({ type: "print-wanted" })),
    h("p", { class: "quiet", id: "report-hint" }, text("report.hint")),
  );
  return whenChanged(
    ({ archive }) => [archive === null || archive.scan.phase === "running"],
    (hidden) => {
      section.hidden = hidden;
    },
  );
}
