/** The parts of the page below the list of disks, one at a time. */
import { TABS, tabOf, tabsOf, worthKnowing } from "../page/tabs.js";
import { text } from "../words/text.js";
import { byId, fill, h, setAttribute, setText, whenChanged } from "./dom.js";

/** @typedef {import("../page/model.js").State} State */
/** @typedef {import("../page/model.js").Tab} Tab */
/** @typedef {(state: State) => void} View */

/**
 * @param {import("../page/model.js").Send} send
 */
export function tabsView(send) {
  const list = byId("tabs");
  const buttons = new Map(TABS.map((tab) => [tab, tabButton(tab, send)]));
  fill(list, [...buttons.values()]);
  list.addEventListener("keydown", (event) => moveBetween(event, buttons));
  followLinks(send);
  return whenChanged(
    ({ archive, screen }) => [archive, screen.tab, screen.isPrinted],
    (archive, chosen, isPrinted) => {
      const there = archive ? tabsOf(archive) : [];
      const shown = archive ? tabOf(archive, chosen) : null;
      list.hidden = !archive;
      for (const [tab, made] of buttons) {
        made.hidden = !there.includes(tab);
        setAttribute(made, "aria-selected", String(tab === shown));
        made.tabIndex = tab === shown ? 0 : -1;
        byId(`panel-${tab}`).hidden = tab !== shown && !(isPrinted && there.includes(tab));
        setText(made, archive ? label(tab, archive) : "");
      }
    },
  );
}

/**
 * A view of one part is drawn only when it is looked at.
 * @param {Tab} tab
 * @param {View} view
 * @returns {View}
 */
export function whenLookedAt(tab, view) {
  return (state) => {
    const { archive, screen } = state;
    // Of a file that is gone nothing is to be seen as it was, whatever is looked at next.
    if (!archive || archive.gone || screen.isPrinted || tabOf(archive, screen.tab) === tab) {
      view(state);
    }
  };
}

/**
 * @param {Tab} tab
 * @param {import("../page/model.js").Send} send
 */
function tabButton(tab, send) {
  return h("button", {
    type: "button",
    class: "tab",
    role: "tab",
    id: `tab-${tab}`,
    "aria-controls": `panel-${tab}`,
    on: { click: () => send({ type: "tab-chosen", tab }) },
  });
}

/**
 * @param {Tab} tab
 * @param {import("../page/model.js").ShownArchive} archive
 */
function label(tab, archive) {
  if (tab !== "damage") return text(`tab.${tab}`);
  const { number, isDamage } = worthKnowing(archive);
  return isDamage ? text("tab.damage", { number }) : text("tab.remarks", { number });
}

/**
 * Arrow keys go from tab to tab, as in any such list.
 * @param {KeyboardEvent} event
 * @param {Map<Tab, HTMLButtonElement>} buttons
 */
function moveBetween(event, buttons) {
  const there = [...buttons.values()].filter(({ hidden }) => !hidden);
  const at = there.findIndex((each) => each === event.target);
  const steps = { ArrowRight: at + 1, ArrowLeft: at - 1 + there.length, Home: 0, End: -1 };
  const step = new Map(Object.entries(steps)).get(event.key);
  if (at < 0 || step === undefined) return;
  const next = there.at(step < 0 ? step : step % there.length);
  next?.focus();
  next?.click();
  event.preventDefault();
}

/**
 * A link to a place that is in a part opens that first.
 * @param {import("../page/model.js").Send} send
 */
function followLinks(send) {
  document.addEventListener("click", ({ target }) => {
    const link = target instanceof Element ? target.closest('a[href^="#"]') : null;
    const place = document.getElementById(link?.getAttribute("href")?.slice(1) ?? "");
    const panel = place?.closest("[role=tabpanel]")?.id ?? "";
    const tab = TABS.find((each) => panel === `panel-${each}`);
    if (tab) send({ type: "tab-chosen", tab });
  });
}
