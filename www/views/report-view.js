/** The verdict to keep: as a file, or on paper. */
import { text } from "../words/text.js";
import { byId, h, whenChanged } from "./dom.js";
import { button } from "./parts.js";

/** @param {import("../page/model.js").Send} send */
export function reportView(send) {
  const section = byId("report");
  const secrets = h("input", {
    type: "checkbox",
    "aria-describedby": "secrets-hint",
    on: { change: () => send({ type: "secrets-wanted", wanted: secrets.checked }) },
  });
  const configs = h("input", {
    type: "checkbox",
    on: { change: () => send({ type: "configs-wanted", wanted: configs.checked }) },
  });
  section.append(
    h("h2", { id: "report-title", class: "visually-hidden" }, text("report.title")),
    button(text("report.save"), () => send({ type: "report-wanted" }), {
      "aria-describedby": "report-hint",
    }),
    button(text("report.copy"), () => send({ type: "report-text-wanted", how: "copy" })),
    button(text("report.save-text"), () => send({ type: "report-text-wanted", how: "save" })),
    button(text("report.print"), () => send({ type: "print-wanted" })),
    h("p", { class: "quiet", id: "report-hint" }, text("report.hint")),
    h(
      "div",
      { class: "report-secrets" },
      h("label", { class: "check" }, configs, " ", text("report.configs")),
      h("label", { class: "check" }, secrets, " ", text("report.secrets")),
      h("p", { class: "quiet", id: "secrets-hint" }, text("report.secrets-hint")),
    ),
  );
  return whenChanged(
    ({ archive }) => [
      archive === null || archive.scan.phase === "running",
      archive?.withConfigs ?? true,
      archive?.withSecrets ?? false,
    ],
    (hidden, withConfigs, withSecrets) => {
      section.hidden = hidden;
      configs.checked = withConfigs;
      secrets.checked = withSecrets;
    },
  );
}
