/** The part in which bytes are looked at: its view is loaded when it is first shown. */
import { tabOf } from "../page/tabs.js";
import { loadLater } from "../words/catalogue.js";
import { text } from "../words/text.js";
import { byId, fill, h } from "./dom.js";

/** @typedef {(state: import("../page/model.js").State) => void} View */

/**
 * @param {import("../page/model.js").Send} send
 * @param {import("../page/looking.js").Looking} looking
 * @returns {View}
 */
export function bytesView(send, looking) {
  const section = byId("bytes");
  /** @type {View | null} */
  let view = null;
  /** @type {Promise<void> | null} */
  let loading = null;
  /** @type {import("../page/model.js").State | null} */
  let latest = null;

  async function load() {
    try {
      const [{ hexView }] = await Promise.all([import("./hex/hex-view.js"), style(), loadLater()]);
      view = hexView(send, looking);
      if (latest) view(latest);
    } catch {
      loading = null;
      fill(
        section,
        h("h2", { id: "bytes-title" }, text("tab.bytes")),
        h("p", {}, text("bytes.not-loaded")),
      );
    }
  }

  return (state) => {
    const { archive, screen } = state;
    latest = state;
    section.hidden = !archive;
    if (!archive || tabOf(archive, screen.tab) !== "bytes") return;
    if (view) view(state);
    else loading ??= load();
  };
}

/** The styles of this part alone. */
function style() {
  const href = new URL("../styles/hex.css", import.meta.url).href;
  const link = h("link", { rel: "stylesheet", href });
  return new Promise((resolve, reject) => {
    link.addEventListener("load", resolve);
    link.addEventListener("error", reject);
    document.head.append(link);
  });
}
