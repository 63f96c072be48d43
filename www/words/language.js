/**
 * The language of the page: the one that a person chose, else the first of the browser's
 * that there are sentences in, else English.
 */
import { remembered } from "../shared/settings.js";
import { LANGUAGE } from "../shared/stored.js";

/**
 * @template {string} Language
 * @param {readonly Language[]} languages for which there are sentences, by their tags
 * @param {Language} otherwise
 * @returns {Language}
 */
export function chosenLanguage(languages, otherwise) {
  // Outside of a browser nobody has chosen anything.
  if (!("navigator" in globalThis)) return otherwise;
  return languageOf([remembered(LANGUAGE), ...navigator.languages], languages) ?? otherwise;
}

/**
 * The first that is wanted and there, by what stands before the first hyphen of its tag.
 * @template {string} Language
 * @param {readonly (string | null)[]} wanted such as "de-AT"
 * @param {readonly Language[]} languages
 * @returns {Language | null}
 */
export function languageOf(wanted, languages) {
  const tags = wanted.map((tag) => tag?.toLowerCase().split("-")[0]);
  const first = tags.find((tag) => languages.some((language) => language === tag));
  return languages.find((language) => language === first) ?? null;
}
