/** Whether Proxmox takes the file by its name, and the right name if not. */
import { isBeginningLost } from "../words/facts.js";
import { nameProblem, nameRemarks, renameHint } from "../words/file-name.js";
import { deathsOf } from "../words/restore-facts.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { foreign, sign } from "./parts.js";

export function fileNameView() {
  const section = byId("file-name");
  return whenChanged(
    ({ archive }) => [archive?.fileName, archive?.file.name, archive?.overview, archive?.trust],
    (judged, name, overview, trust) => {
      section.hidden = !judged;
      const fails = trust ? deathsOf(trust.restore).byContents.length > 0 : false;
      fill(
        section,
        judged && name !== undefined && overview && card(judged, name, overview, fails),
      );
    },
  );
}

/**
 * @param {import("../core/vma_inspector.js").FileNameVerdict} judged
 * @param {string} name
 * @param {import("../core/vma_inspector.js").Overview} overview
 * @param {boolean} fails whether a restore would fail at what is in it
 */
function card(judged, name, overview, fails) {
  const { accepted, right } = judged;
  const isRenamed = !accepted && !fails;
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
    isRenamed && h("p", {}, text("file-name.rename")),
    isRenamed && h("p", { class: "printed" }, h("strong", {}, foreign(right))),
    isRenamed && hint !== "" && h("p", { class: "quiet" }, hint),
    !accepted && fails && h("p", {}, h("strong", {}, text("file-name.leave-it"))),
  );
}
