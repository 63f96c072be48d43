/** What files in the disks tell of the machine, each with the file that it stands in. */
import { times } from "../words/format.js";
import { faultWords } from "../words/files.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { foreign, table } from "./parts.js";

/** @typedef {import("../shared/files.js").GuestOfVolume} GuestOfVolume */
/** @typedef {import("../shared/files.js").GuestFact} GuestFact */

export function guestView() {
  const section = byId("guest");
  return whenChanged(
    ({ archive }) => [archive?.guests],
    (guests) => {
      section.hidden = !guests || guests.length === 0;
      fill(section, guests && guests.length > 0 && card(guests));
    },
  );
}

/** @param {readonly GuestOfVolume[]} guests */
function card(guests) {
  return h(
    "div",
    { class: "card" },
    h("h2", { id: "guest-title" }, text("guest.title")),
    h("p", { class: "quiet" }, text("guest.source")),
    guests.map(({ told }) =>
      table(
        text("guest.caption"),
        [text("guest.fact"), text("guest.says"), text("guest.stands-in")],
        [
          ...told.facts.map((fact) => [
            text(`guest.${fact.kind}`),
            wordsOf(fact),
            h("code", {}, foreign(fact.path)),
          ]),
          ...told.missed.map(({ path, fault }) => [
            text("guest.missed"),
            faultWords(fault),
            h("code", {}, foreign(path)),
          ]),
        ],
        { class: "wide" },
      ),
    ),
  );
}

/** @param {GuestFact} fact */
function wordsOf({ kind, words, seconds }) {
  if (kind === "unreplayed-log") return text("guest.log-waits");
  if (seconds !== null) return times(seconds)?.utc ?? text("guest.no-time");
  const said = words.filter((word) => word !== "");
  return h(
    "span",
    {},
    said.flatMap((word, at) => (at > 0 ? [" · ", foreign(word)] : [foreign(word)])),
  );
}
