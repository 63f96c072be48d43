// Rust's standard library, which is in the wasm as well: its licences, as the toolchain
// that builds the page tells them.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { output, Told, wasmTarget } from "./tools.mjs";

/** Licence of the library itself, as its own list begins. */
export const LICENCE = "MIT OR Apache-2.0";

/**
 * A part of the library, or of what is linked with it.
 * @typedef {object} Part
 * @property {string} name
 * @property {string} licence an expression of SPDX
 * @property {string[]} copyright whose it is
 * @property {string | null} from
 * @property {{ name: string, text: string }[]} texts
 */

function ask(...args) {
  const answer = output("rustc", args);
  if (answer === null) {
    throw new Told(`"rustc ${args.join(" ")}" failed.`);
  }
  return answer;
}

/** Version of the compiler, which is that of its library. */
export function version() {
  return ask("--version").split(" ")[1];
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** A piece of HTML as text. */
function plain(html) {
  return html
    .replace(/<[^>]*>/g, "")
    .replace(/&(?:#(\d+)|(\w+));/g, (whole, number, name) =>
      number ? String.fromCodePoint(Number(number)) : (ENTITIES[name] ?? whole),
    );
}

/** What a paragraph says behind a bold word, each time that it does. */
function said(html, word) {
  const lines = html.matchAll(new RegExp(`<b>${word}:</b>(.*?)</p>`, "gs"));
  return [...lines].map(([, rest]) => plain(rest).trim());
}

/** Files of the library's own source, by the list. */
function ownParts(html) {
  return html
    .split("<b>File/Directory:</b>")
    .slice(1)
    .map((entry) => {
      const path = plain(entry.match(/<code>(.*?)<\/code>/s)[1]);
      return {
        name: path === "." ? "the standard library" : path,
        licence: said(entry, "License")[0],
        copyright: said(entry, "Copyright"),
        from: null,
        texts: [],
      };
    });
}

/** Crates that the library is built with, by the list. */
function crates(html) {
  return html
    .split("<h3>")
    .slice(1)
    .map((entry) => ({
      name: plain(entry.split("</h3>")[0]).replace(/^\P{L}*/u, ""),
      licence: said(entry, "License")[0].replaceAll("/", " OR "),
      copyright: said(entry, "Authors").map((names) => names.replace(/ *<[^>]*>/g, "")),
      from: said(entry, "URL")[0] ?? null,
      texts: [...entry.matchAll(/<summary>(.*?)<\/summary>\s*<pre>(.*?)<\/pre>/gs)].map(
        ([, name, text]) => ({ name: plain(name), text: plain(text) }),
      ),
    }));
}

/** Names of the crates that the toolchain has for the wasm. */
function namesForWasm() {
  const folder = ask("--print", "target-libdir", "--target", wasmTarget);
  const libraries = readdirSync(folder).map((name) => name.match(/^lib(.+)-\w+\.rlib$/)?.[1]);
  return new Set(libraries.filter(Boolean).map((name) => name.replaceAll("_", "-")));
}

/** The texts of the licences that `parts` name, out of the toolchain's folder of them. */
function licenceTexts(folder, parts) {
  const names = new Set(parts.flatMap(({ licence }) => licence.match(/[\w.-]+/g)));
  return readdirSync(folder)
    .sort()
    .filter((file) => names.has(file.replace(/\.txt$/, "")))
    .map((file) => ({ name: file, text: readFileSync(join(folder, file), "utf8") }));
}

/**
 * What the toolchain says of the library and of what is linked with it for the wasm;
 * null if this toolchain came without its papers.
 * @returns {Part[] | null}
 */
export function standardLibrary() {
  const papers = join(ask("--print", "sysroot"), "share/doc/rust");
  const list = join(papers, "COPYRIGHT-library.html");
  if (!existsSync(list) || !existsSync(join(papers, "licenses"))) {
    return null;
  }
  const [own, others] = readFileSync(list, "utf8").split('<h2 id="out-of-tree-dependencies">');
  const [library, ...parts] = ownParts(own);
  library.texts = licenceTexts(join(papers, "licenses"), [library, ...parts]);
  const forWasm = namesForWasm();
  const linked = crates(others).filter(({ name }) => forWasm.has(name.replace(/-\d.*$/, "")));
  return [library, ...parts, ...linked];
}
