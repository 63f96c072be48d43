/** A part of the page whose view, styles and sentences are loaded when it is first shown. */
import { addStyles } from "../page/styles.js";
import { tabOf } from "../page/tabs.js";
import { loadLater } from "../words/catalogue.js";
import { text } from "../words/text.js";
import { byId, fill, h } from "./dom.js";

/** @typedef {(state: import("../page/model.js").State) => void} View */

/**
 * @param {"bytes" | "files"} tab
 * @param {() => Promise<View>} load
 * @param {URL} styles of the styles of this part alone
 * @returns {View}
 */
export function loadedPart(tab, load, styles) {
  const section = byId(tab);
  /** @type {View | null} */
  let view = null;
  /** @type {Promise<void> | null} */
  let loading = null;
  /** @type {import("../page/model.js").State | null} */
  let latest = null;

  async function begin() {
    try {
      await Promise.all([addStyles(styles), loadLater()]);
      view = await load();
      if (latest) view(latest);
    } catch {
      loading = null;
      fill(
        section,
        h("h2", { id: `${tab}-title` }, text(`tab.${tab}`)),
        h("p", {}, text("bytes.not-loaded")),
      );
    }
  }

  return (state) => {
    const { archive, screen } = state;
    latest = state;
    section.hidden = !archive;
    if (!archive || tabOf(archive, screen.tab) !== tab) return;
    if (view) view(state);
    else loading ??= begin();
  };
}
