/** Whether Proxmox takes the file by its name, and the right name if not. */
import { isBeginningLost } from "../words/facts.js";
import { nameProblem, nameRemarks, renameHint } from "../words/file-name.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { foreign, sign } from "./parts.js";

export function fileNameView() {
  const section = byId("file-name");
  return whenChanged(
    ({ archive }) => [archive?.fileName, archive?.file.name, archive?.overview],
    (judged, name, overview) => {
      section.hidden = !judged;
      fill(section, judged && name !== undefined && overview && card(judged, name, overview));
    },
  );
}

/**
 * @param {import("../core/vma_inspector.js").FileNameVerdict} judged
 * @param {string} name
 * @param {import("../core/vma_inspector.js").Overview} overview
 */
function card(judged, name, overview) {
  const { accepted, right } = judged;
  const hint = renameHint(judged);
  const remarks = isBeginningLost(overview) ? [] : nameRemarks(judged);
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, text("file-name.eyebrow")),
    h(
      "h2",
      { id: "file-name-title" },
      sign(accepted && remarks.length === 0 ? "good" : "warning"),
      accepted ? text("file-name.accepted") : text("file-name.doubtful"),
    ),
    h("p", { class: "printed" }, foreign(name)),
    remarks.map((words) => h("p", {}, h("strong", {}, foreign(words)))),
    h("p", {}, nameProblem(judged, overview.container)),
    !accepted && h("p", {}, text("file-name.rename")),
    !accepted && h("p", { class: "printed" }, h("strong", {}, foreign(right))),
    !accepted && hint !== "" && h("p", { class: "quiet" }, hint),
  );
}
