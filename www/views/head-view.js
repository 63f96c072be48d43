/** Which file is open, and of which machine it is the backup. */
import { isBeginningLost } from "../words/facts.js";
import { size, times } from "../words/format.js";
import { guestLine } from "../words/guest.js";
import { ago, machineLine } from "../words/machine.js";
import { aloneWords } from "../words/parts.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { foreign } from "./parts.js";

/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/** As many systems of one backup are named, and as many hosts. */
const GUESTS_MAX = 2;

export function headView() {
  const section = byId("head");
  const place = byId("place");
  /** @type {number | null} */
  let shown = null;
  return whenChanged(
    ({ archive }) => [archive?.file, archive?.overview, archive?.summary, archive?.guests, archive],
    (file, overview, summary, _, archive) => {
      section.hidden = !archive;
      place.hidden = !archive;
      if (!file || !overview || !archive) return;
      fill(place, foreign(file.name), " · ", size(file.size));
      fill(section, ...lines(archive, summary ?? null));
      if (shown !== archive.id) bring(section);
      shown = archive.id;
    },
  );
}

/**
 * A new file is looked at from its beginning, wherever a person was before.
 * @param {HTMLElement} section
 */
function bring(section) {
  const title = section.querySelector("h2");
  title?.setAttribute("tabindex", "-1");
  title?.focus({ preventScroll: true });
  scrollTo({ top: 0, behavior: "instant" });
}

/**
 * @param {ShownArchive} archive
 * @param {import("../core/vma_inspector.js").VmSummary | null} summary
 */
function lines(archive, summary) {
  const { file, parts, fileName, overview } = archive;
  const alone = parts === null ? aloneWords(file.name) : null;
  const vmid = fileName.vmid;
  const made = isBeginningLost(overview) ? null : madeWords(overview.createdAt);
  return [
    h(
      "h2",
      { id: "head-title" },
      summary?.name ? foreign(summary.name) : text("head.no-name"),
      vmid !== null && [" · ", text("head.vm", { id: vmid })],
    ),
    h(
      "p",
      { class: "quiet" },
      made ?? text("head.made-unknown"),
      summary && [" · ", machineLine(summary)],
    ),
    guestWords(archive.guests, summary?.name ?? null),
    alone && h("p", {}, h("strong", {}, alone)),
  ];
}

/**
 * What its own files say that it is.
 * @param {ShownArchive["guests"]} guests
 * @param {string | null} name of the machine
 */
function guestWords(guests, name) {
  const { systems, hosts, isUnsure } = guestLine(guests, name);
  const parts = [
    ...systems.slice(0, GUESTS_MAX).map((system) => foreign(system)),
    ...hosts
      .slice(0, GUESTS_MAX)
      .map((host) => h("span", {}, pieces("head.host", { name: foreign(host) }))),
  ];
  if (parts.length === 0) return null;
  return h(
    "p",
    { class: "quiet", id: "guest-line" },
    parts.flatMap((part, at) => (at > 0 ? [" · ", part] : [part])),
    isUnsure && ` · ${text("head.unsure")}`,
  );
}

/** @param {number} seconds since 1970 */
function madeWords(seconds) {
  const both = times(seconds);
  if (!both) return null;
  const since = ago(Date.now() / 1000 - seconds);
  const day = new Date(seconds * 1000);
  const local = day.toLocaleString(undefined, {
    dateStyle: "medium",
    timeStyle: "short",
  });
  return h(
    "time",
    { datetime: both.machine, title: both.utc },
    since === null
      ? text("head.made", { date: local })
      : text("head.made-ago", { date: local, since }),
  );
}
