/**
 * The one live region, which says changes of state to those who cannot see
 * them, and the window's title, for those who look elsewhere meanwhile.
 */
import { isLive } from "../page/save.js";
import { share } from "../words/numbers.js";
import { text } from "../words/text.js";
import { byId, whenChanged } from "./dom.js";

const PAGE_TITLE = document.title;

export function liveView() {
  const region = byId("live");
  const announce = whenChanged(
    ({ announcement }) => [announcement],
    ({ text: words, serial }) => {
      // The same words twice in a row are not a change, but this is.
      region.textContent = serial % 2 === 0 ? words : `${words}\u00a0`;
    },
  );
  const entitle = whenChanged(
    (state) => [titleOf(state)],
    (title) => {
      document.title = title;
    },
  );
  /** @param {import("../page/model.js").State} state */
  return (state) => {
    announce(state);
    entitle(state);
  };
}

/** @param {import("../page/model.js").State} state */
function titleOf({ saves, archive }) {
  const save = saves.find(isLive);
  if (save) {
    return text("title.saved", {
      share: share(save.progress.done, save.progress.total),
      page: PAGE_TITLE,
    });
  }
  if (!archive) return PAGE_TITLE;
  const { phase, progress } = archive.scan;
  if (phase === "running" && progress) {
    return text("title.scanned", {
      share: share(progress.fileBytes, progress.fileSize),
      page: PAGE_TITLE,
    });
  }
  return text("title.open", { name: archive.file.name, page: PAGE_TITLE });
}
