/** The files that were opened last, with what was found of them then. */
import { size } from "../words/format.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { foreign, sign } from "./parts.js";

/** @typedef {import("../page/recent-model.js").RecentFile} RecentFile */
/** @typedef {import("../page/model.js").Send} Send */

/** @param {Send} send */
export function recentView(send) {
  const section = byId("recent");
  return whenChanged(
    ({ recent, archive, backups }) => [recent.list, archive === null && backups === null],
    (list, isEmpty) => {
      section.hidden = !isEmpty || list.length === 0;
      if (section.hidden) return fill(section);
      fill(
        section,
        h("h2", { id: "recent-title" }, text("recent.title")),
        h(
          "ul",
          { class: "recent-list" },
          list.map((file) => h("li", {}, ...row(file, send))),
        ),
        list.some(({ canOpen }) => !canOpen) && h("p", { class: "quiet" }, text("recent.reminder")),
      );
    },
  );
}

/**
 * @param {RecentFile} file
 * @param {Send} send
 */
function row({ key, name, size: bytes, openedAt, verdict, canOpen }, send) {
  const open = () => send({ type: "recent-chosen", key });
  const label = foreign(name);
  return [
    canOpen
      ? h(
          "button",
          { class: "button", type: "button", "data-kind": "plain", on: { click: open } },
          label,
        )
      : h("span", { class: "recent-name" }, label),
    h(
      "span",
      { class: "quiet" },
      `${size(bytes)} · ${text("recent.opened", { when: day(openedAt) })}`,
    ),
    verdict && h("span", {}, verdictWords(verdict)),
  ];
}

/**
 * Never in the present tense, and never green.
 * @param {NonNullable<RecentFile["verdict"]>} verdict
 */
function verdictWords({ tone, at }) {
  const when = day(at);
  if (tone === "good") return text("recent.good", { when });
  if (tone === "warning") return [sign("warning"), text("recent.warning", { when })];
  if (tone === "damage") return [sign("damage"), text("recent.damage", { when })];
  return text("recent.neutral", { when });
}

/** @param {number} at milliseconds since 1970 */
function day(at) {
  return new Date(at).toLocaleDateString(document.documentElement.lang, { dateStyle: "medium" });
}
