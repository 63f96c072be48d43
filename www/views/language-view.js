/** In which language the page speaks: its own document's sentences, and the choice of another. */
import { isLive } from "../page/save.js";
import { remember } from "../shared/settings.js";
import { LANGUAGE as SETTING } from "../shared/stored.js";
import { LANGUAGE, LANGUAGES } from "../words/catalogue.js";
import { text } from "../words/text.js";
import { byId, fill, h, whenChanged } from "./dom.js";
import { button } from "./parts.js";

/** The language of the document as it was built. */
const BUILT = "en";

export function languageView() {
  if (LANGUAGE !== BUILT) translateDocument();
  const place = byId("language");
  let isBusy = false;
  const later = h("p", { class: "quiet", role: "status" });
  const others = LANGUAGES.filter((language) => language !== LANGUAGE).map((language) => {
    const choose = button(nameOf(language), () => {
      remember(SETTING, language);
      // What is open is never closed by this.
      if (isBusy) fill(later, text("language.later", { language: nameOf(language) }));
      else location.reload();
    });
    choose.lang = language;
    return choose;
  });
  fill(place, h("h2", { class: "visually-hidden" }, text("language.title")), others, later);
  return whenChanged(
    ({ archive, opening, saves }) => [archive !== null || opening !== null || saves.some(isLive)],
    (busy) => {
      isBusy = busy;
    },
  );
}

/**
 * A language in its own words.
 * @param {string} language
 */
function nameOf(language) {
  return new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;
}

/** The document holds its sentences in English; they are put in anew. */
function translateDocument() {
  document.documentElement.lang = LANGUAGE;
  for (const element of document.querySelectorAll("[data-text]")) {
    const key = /** @type {"page.name"} */ (element.getAttribute("data-text"));
    const words = text(key);
    if (element instanceof HTMLMetaElement) element.content = words;
    else element.textContent = words;
  }
}
