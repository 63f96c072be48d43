// Writes what the licences ask for: whose work is in the page, under which licence, and
// the text of each, as one file of plain text.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LICENCE, standardLibrary, version } from "./standard-library.mjs";
import { root, say, Told } from "./tools.mjs";

/** Name of the file within the page. */
export const NOTICES = "NOTICES.txt";

/** Files of a package that say whose it is and under which licence. */
const PAPERS = /^(licen[cs]e|copying|copyright|notice|authors|unlicense|patents)/i;

/**
 * What a notice says of one work.
 * @typedef {object} Work
 * @property {string} title
 * @property {[string, string][]} lines
 * @property {{ name: string, text: string }[]} texts
 */

function papersIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && PAPERS.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
}

/** @returns {Work} */
function ofPackage(each) {
  const title = `${each.name} ${each.version}`;
  // What is ours and lies in a folder below has its papers at the top.
  const texts = papersIn(each.isOurs ? root : each.folder);
  if (texts.length === 0 || each.licence === "") {
    throw new Told(`${title} comes without the text of its licence: it cannot be handed on.`);
  }
  const lines = [["Licence", each.licence]];
  if (each.authors.length > 0) {
    lines.push(["By", each.authors.join(", ")]);
  }
  if (!each.isOurs) {
    lines.push(["From", `https://crates.io/crates/${each.name}/${each.version}`]);
  }
  return { title, lines, texts };
}

/** @returns {Work[]} */
function ofStandardLibrary() {
  const parts = standardLibrary();
  const title = `Rust's standard library ${version()}`;
  if (parts === null) {
    say(`This Rust came without its licences: ${NOTICES} names the standard library's only.`);
    const where = "https://github.com/rust-lang/rust/tree/HEAD/library";
    const lines = [
      ["Licence", LICENCE],
      ["By", "The Rust Project Developers"],
      ["Texts", `not with the compiler that built this: see ${where}`],
    ];
    return [{ title, lines, texts: [] }];
  }
  return parts.map((part) => ({
    title: `${title}: ${part.name}`,
    lines: [
      ["Licence", part.licence],
      ["By", part.copyright.join("; ")],
      ...(part.from === null ? [] : [["From", part.from]]),
    ],
    texts: part.texts,
  }));
}

/** Texts that differ in nothing but space are one. */
const essence = (text) => text.replace(/\s+/g, " ").trim();

/** Numbers for texts: one for each that differs, in the order they are met. */
class Texts {
  #numbers = new Map();
  #kept = [];

  /** The number of a text that `title` comes with. */
  number({ name, text }, title) {
    const key = essence(text);
    if (!this.#numbers.has(key)) {
      this.#kept.push({ name, text, titles: new Set() });
      this.#numbers.set(key, this.#kept.length);
    }
    const number = this.#numbers.get(key);
    this.#kept[number - 1].titles.add(title);
    return number;
  }

  print() {
    return this.#kept.map(({ name, text, titles }, index) => {
      const clean = text.replace(/\r/g, "").replace(/[ \t]+$/gm, "");
      const of = [...titles].join(", ");
      return `[${index + 1}] ${name} of ${of}\n\n${clean.replace(/^\n+|\n+$/g, "")}`;
    });
  }
}

const RULE = "-".repeat(80);

/** A heading for a work, and its lines below. */
function printed({ title, lines, texts }, numbers) {
  const ofTexts = texts.map((text) => `[${numbers.number(text, title)}]`).join(" ");
  const all = texts.length > 0 ? [...lines, ["Texts", ofTexts]] : lines;
  return [title, ...all.map(([name, value]) => `  ${name}: ${value}`)].join("\n");
}

/**
 * The notices as text.
 * @param {{ page: import("./packages.mjs").Package, packages: import("./packages.mjs").Package[] }} made
 */
export function notices({ page, packages }) {
  const others = packages.filter((each) => each !== page && each.part !== "build");
  const works = [page, ...others].map(ofPackage);
  const numbers = new Texts();
  const entries = [...works, ...ofStandardLibrary()].map((work) => printed(work, numbers));
  return [
    "What VMA Inspector is made of, under which licences, and their texts.\n" +
      "Where a licence says OR, any one of them may be chosen.",
    ...entries,
    ...numbers.print().map((text) => `${RULE}\n${text}`),
    "",
  ].join("\n\n");
}

/** Writes the notices into the folder of the page. */
export function writeNotices(folder, made) {
  writeFileSync(join(folder, NOTICES), notices(made));
}
