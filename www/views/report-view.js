/** The verdict to keep: as a file, or on paper. */
import { byId, h, whenChanged } from "./dom.js";
import { button } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function reportView(send) {
  const section = byId("report");
  section.append(
    h("h2", { id: "report-title", class: "visually-hidden" }, "Report"),
    button("Save report", () => send({ type: "report-wanted" }), {
      "aria-describedby": "report-hint",
    }),
    button("Print", () => send({ type: "print-wanted" })),
    h(
      "p",
      { class: "quiet", id: "report-hint" },
      "All of this as one JSON file, the configurations included, or on paper.",
    ),
  );
  return whenChanged(
    ({ archive }) => [archive === null || archive.scan.phase === "running"],
    (hidden) => {
      section.hidden = hidden;
    },
  );
}
