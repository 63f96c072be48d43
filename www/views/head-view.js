/** Which file is open, and of which machine it is the backup. */
import { isBeginningLost } from "../words/facts.js";
import { moment, size, times } from "../words/format.js";
import { guestLine } from "../words/guest.js";
import { ago, machineLine } from "../words/machine.js";
import { aloneWords } from "../words/parts.js";
import { pieces, text } from "../words/text.js";
import { byId, fill, h, whenChanged, whenTold } from "./dom.js";
import { foreign } from "./parts.js";

/** @typedef {import("../page/model.js").ShownArchive} ShownArchive */

/** As many systems of one backup are named, and as many hosts. */
const GUESTS_MAX = 2;

/** All that is told here follows from these. */
const TOLD = /** @type {const} */ (["file", "parts", "overview", "summary", "fileName", "guests"]);
/** @typedef {Pick<ShownArchive, (typeof TOLD)[number]>} Told */

export function headView() {
  const section = byId("head");
  const place = byId("place");
  // It keeps the focus, whatever becomes known of the machine.
  const title = h("h2", { id: "head-title", tabindex: -1 });
  const told = h("div");
  section.append(title, told);
  return whenTold(TOLD, (archive) => {
    section.hidden = !archive;
    place.hidden = !archive;
    if (!archive) return;
    fill(place, foreign(archive.file.name), " · ", size(archive.file.size));
    fill(title, ...titleOf(archive));
    fill(told, ...lines(archive));
  });
}

/**
 * A new file is looked at from its beginning, wherever a person was before. Behind the
 * frame that draws it: the browser would lay out the page twice for it.
 */
export function arrivalView() {
  const section = byId("head");
  return whenChanged(
    ({ archive }) => [archive?.id],
    (id) => {
      const title = section.querySelector("h2");
      if (id === undefined || !title) return;
      setTimeout(() => {
        title.focus({ preventScroll: true });
        scrollTo({ top: 0, behavior: "instant" });
      });
    },
  );
}

/**
 * The disks of the backup before, and the parts below them, are not shown beside the head of
 * another one: they are drawn in the frame behind it.
 */
export function formerView() {
  const former = ["devices", "tabs"].map(byId);
  return whenChanged(
    ({ archive }) => [archive?.id],
    /** @type {(id: unknown) => void} */ (
      () => {
        for (const each of former) each.hidden = true;
      }
    ),
  );
}

/** @param {Told} archive */
function titleOf({ summary, fileName: { vmid } }) {
  return [
    summary?.name ? foreign(summary.name) : text("head.no-name"),
    vmid !== null && [" · ", text("head.vm", { id: vmid })],
  ];
}

/** @param {Told} archive */
function lines({ file, parts, overview, summary, guests }) {
  const alone = parts === null ? aloneWords(file.name) : null;
  const made = isBeginningLost(overview) ? null : madeWords(overview.createdAt);
  return [
    h(
      "p",
      { class: "quiet" },
      made ?? text("head.made-unknown"),
      summary && [" · ", machineLine(summary)],
    ),
    guestWords(guests, summary?.name ?? null),
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
  const date = moment(seconds * 1000);
  return h(
    "time",
    { datetime: both.machine, title: both.utc },
    since === null ? text("head.made", { date }) : text("head.made-ago", { date, since }),
  );
}
