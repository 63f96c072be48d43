/** The configuration files: as text or as bytes, to copy and to save. */
import { configName } from "../page/names.js";
import { saveSmallFile } from "../page/save-blob.js";
import { asText } from "../shared/as-text.js";
import { isBeginningLost, isHeaderCut } from "../words/facts.js";
import { hexDump, size } from "../words/format.js";
import { FILE } from "../words/shown.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { button, copyButton, failureWords, foreign } from "./parts.js";

/** @typedef {import("../core/vma_inspector.js").ConfigEntry} Config */
/** @typedef {import("../core/vma_inspector.js").VmSummary} VmSummary */
/** @typedef {import("../page/model.js").ConfigContent} Content */
/** @typedef {import("../page/model.js").Send} Send */

/** @param {Send} send */
export function configsView(send) {
  const section = byId("configs");
  /** @type {Map<number, ReturnType<typeof configView>>} */
  let views = new Map();
  const build = whenChanged(
    ({ archive }) => [
      archive?.overview.configs,
      archive?.overview,
      archive?.file.name ?? "",
      archive?.summary ?? null,
    ],
    (configs, overview, archiveName, summary) => {
      section.hidden = !configs;
      const all = configs ?? [];
      views = new Map(all.map((each) => [each.index, configView(each, archiveName, send)]));
      const isKnown = overview && !isHeaderCut(overview) && !isBeginningLost(overview);
      const none = isKnown ? text("configs.none") : text("configs.unknown");
      const roots = [...views.values()].map(({ root }) => root);
      const notes = notesOf(summary);
      fill(section, configs && card(roots.length > 0 ? [notes, ...roots] : [h("p", {}, none)]));
      views.values().next().value?.open();
    },
  );
  const draw = whenChanged(
    ({ archive }) => [archive?.configs],
    (contents) => {
      for (const [index, content] of contents ?? []) views.get(index)?.draw(content);
    },
  );
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    build(state);
    draw(state);
  };
}

/**
 * What a person wrote of the machine: text, whatever stands in it.
 * @param {VmSummary | null} summary
 */
function notesOf(summary) {
  const written = summary?.notes ?? "";
  if (written === "") return null;
  return h(
    "details",
    { class: "config" },
    h("summary", {}, text("machine.notes")),
    h(
      "pre",
      { tabindex: 0, role: "region", "aria-label": text("machine.notes") },
      foreign(written, FILE),
    ),
  );
}

/** @param {(HTMLElement | null)[]} contents */
function card(contents) {
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "configs-title" }, text("configs.title")),
    contents,
  );
}

/**
 * @param {Config} config
 * @param {string} archiveName
 * @param {Send} send
 */
function configView(config, archiveName, send) {
  const content = h("div", {}, h("p", { class: "quiet" }, text("configs.reading")));
  const root = h(
    "details",
    { class: "config" },
    h("summary", {}, foreign(config.name), h("span", { class: "quiet" }, ` ${size(config.size)}`)),
    content,
  );
  let asked = false;
  root.addEventListener("toggle", () => {
    if (root.open && !asked) send({ type: "config-wanted", index: config.index });
    asked ||= root.open;
  });
  /** @type {Content | null} */
  let drawn = null;

  return {
    root,
    open() {
      root.open = true;
    },
    /** @param {Content} arrived */
    draw(arrived) {
      if (arrived === drawn) return;
      drawn = arrived;
      if (arrived.bytes) fill(content, ...contentOf(config, archiveName, arrived.bytes, send));
      else if (arrived.failure) fill(content, failureWords(arrived.failure));
    },
  };
}

/**
 * @param {Config} config
 * @param {string} archiveName
 * @param {Uint8Array} bytes
 * @param {Send} send
 */
function contentOf(config, archiveName, bytes, send) {
  const name = configName(archiveName, config.safeName);
  const decoded = asText(bytes);
  const shown = decoded ?? hexDump(bytes);
  return [
    h(
      "div",
      { class: "config-buttons" },
      copyButton(text("button.copy"), () => shown, send),
      button(text("button.save"), () =>
        saveSmallFile(name, /** @type {Uint8Array<ArrayBuffer>} */ (bytes)),
      ),
      h("span", { class: "quiet" }, ...pieces("configs.saved-as", { name: foreign(name) })),
    ),
    decoded === null && h("p", { class: "quiet" }, text("configs.no-text")),
    h(
      "pre",
      {
        tabindex: 0,
        role: "region",
        "aria-label": text("configs.contents", { name: config.safeName }),
      },
      decoded === null ? shown : foreign(decoded, FILE),
    ),
  ];
}
