/** Whether Proxmox takes the file by its name, and the right name if not. */
import { nameProblem, renameHint } from "../words/file-name.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { foreign, sign } from "./parts.js";

export function fileNameView() {
  const section = byId("file-name");
  return whenChanged(
    ({ archive }) => [archive?.fileName, archive?.file.name, archive?.overview.container],
    (judged, name, container) => {
      section.hidden = !judged;
      fill(section, judged && name !== undefined && container && card(judged, name, container));
    },
  );
}

/**
 * @param {import("../core/vma_inspector.js").FileNameVerdict} judged
 * @param {string} name
 * @param {import("../core/vma_inspector.js").ContainerKind} container
 */
function card(judged, name, container) {
  const { accepted, right } = judged;
  const hint = renameHint(judged);
  return h(
    "div",
    { class: "card" },
    h("p", { class: "eyebrow" }, text("file-name.eyebrow")),
    h(
      "h2",
      { id: "file-name-title" },
      sign(accepted ? "good" : "warning"),
      accepted ? text("file-name.accepted") : text("file-name.doubtful"),
    ),
    h("p", { class: "printed" }, foreign(name)),
    h("p", {}, nameProblem(judged, container)),
    !accepted && h("p", {}, text("file-name.rename")),
    !accepted && h("p", { class: "printed" }, h("strong", {}, foreign(right))),
    !accepted && hint !== "" && h("p", { class: "quiet" }, hint),
  );
}
