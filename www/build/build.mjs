// Builds the page into target/page: the core as wasm, the module around it,
// and the files of www. Plain files, to be served by anything.

import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { writeHashes } from "./hashes.mjs";
import { POLICY_IN_PAGE } from "./headers.mjs";
import { writeNotices } from "./notices.mjs";
import { packagesOfPage } from "./packages.mjs";
import { writeHostHeaders, writePageFiles } from "./page-files.mjs";
import { writeSbom } from "./sbom.mjs";
import { main, needRust, output, root, run, say, Told, wasmTarget } from "./tools.mjs";

/** Where the finished page is. */
export const page = join(root, "target/page");

/** Whether a file or folder of www is part of the page. */
function isOfThePage(source) {
  const name = relative(join(root, "www"), source);
  return (
    name !== "build" && name !== "docs" && !/^tsconfig.*\.json$|^words.*\.json$|\.d\.ts$/.test(name)
  );
}

/** Folder that cargo builds into. */
function targetFolder() {
  const metadata = output("cargo", ["metadata", "--locked", "--format-version=1", "--no-deps"]);
  if (metadata === null) {
    throw new Told('"cargo metadata" failed: Cargo.toml cannot be read.');
  }
  return JSON.parse(metadata).target_directory;
}

/**
 * The core is two modules: what the page loads at once, and what makes files, which is
 * loaded when it is asked for. Each is built with its feature under a profile of its
 * own, since cargo puts both to a file of one name. `resettable`: that an instance
 * which breaks can be replaced.
 */
const MODULES = [
  { name: "vma_inspector", feature: "wasm-core", profile: "page", resettable: false },
  {
    name: "vma_inspector_export",
    feature: "wasm-export",
    profile: "page-export",
    resettable: true,
  },
];

function buildCore(target, { packages }) {
  // Panics name source files. Without the folders of this machine in them the
  // wasm is the same wherever it is built. Of those that fit, rustc takes the last.
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const sources = packages.filter(({ isOurs }) => !isOurs).map(({ folder }) => dirname(folder));
  const flags = [
    `--remap-path-prefix=${cargoHome}=cargo`,
    `--remap-path-prefix=${root}=`,
    `--remap-path-prefix=${target}=target`,
    ...[...new Set(sources)].map((folder) => `--remap-path-prefix=${folder}=crates`),
  ];
  const env = { CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") };
  for (const { feature, profile } of MODULES) {
    const what = ["--no-default-features", "--features", feature, "--profile", profile];
    run("cargo", ["build", "--locked", ...what, "--lib", "--target", wasmTarget], { env });
  }
}

// The generator runs for an instant: what counts is how fast it builds, so
// neither it nor what it links is optimised.
const toolProfile = [
  'profile.tool.inherits="dev"',
  "profile.tool.debug=0",
  "profile.tool.opt-level=0",
  'profile.tool.package."*".opt-level=0',
].flatMap((setting) => ["--config", setting]);

/** Makes of each module its `.js`, its `_bg.wasm` and their types in `folder`. */
function generateModules(target, folder) {
  const build = ["build", "--locked", "--package", "bindgen", "--profile", "tool"];
  run("cargo", [...build, ...toolProfile]);
  for (const { name, profile, resettable } of MODULES) {
    const wasm = join(target, wasmTarget, profile, "vma_inspector.wasm");
    run(join(target, "tool/bindgen"), [wasm, folder, name, ...(resettable ? ["resettable"] : [])]);
  }
}

/** The language of the page: a file of sentences of its name is in www/words. */
const LANGUAGE = "en";

/**
 * The sentences as a module, which browsers load with the others and for which tsc
 * knows each key; and those of index.html in their places.
 */
function writeCatalogue(folder) {
  const json = readFileSync(join(root, "www/words", `${LANGUAGE}.json`), "utf8");
  const sentences = JSON.parse(json);
  const module = [
    `export const LANGUAGE = "${LANGUAGE}";`,
    `export const CATALOGUE = /** @type {const} */ (${JSON.stringify(sentences)});`,
    "",
  ];
  writeFileSync(join(folder, "words/catalogue.js"), module.join("\n"));
  const index = join(folder, "index.html");
  const html = readFileSync(index, "utf8").replace("{policy}", POLICY_IN_PAGE);
  writeFileSync(index, withTexts(html, sentences));
}

/** Puts the sentence that an element names with `data-text` into it. */
function withTexts(html, sentences) {
  return html.replace(
    /(<(\w+)[^>]*?data-text="([^"]+)"[^>]*?)(\/?>)/g,
    (_, tag, name, key, end) => {
      const sentence = sentences[key];
      if (typeof sentence !== "string") {
        throw new Told(`index.html names ${key}: there is no such text.`);
      }
      const text = sentence
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll('"', "&quot;");
      return name === "meta"
        ? tag.replace('content=""', `content="${text}"`) + end
        : tag + end + text;
    },
  );
}

/** Comments that have lines of their own, as nearly all have here. */
const COMMENTS = /^[ \t]*(\/\*(?:(?!\*\/)[^])*\*\/|\/\/.*)$/gm;

/**
 * A browser fetches neither comments nor indentation: they are a third of the
 * modules. Every line keeps its number.
 */
function leaveOutComments(folder) {
  const names = readdirSync(folder, { recursive: true });
  for (const name of names.filter((each) => /\.(js|css)$/.test(each))) {
    const path = join(folder, name);
    const blank = (comment) => comment.replace(/[^\n]+/g, "");
    const code = readFileSync(path, "utf8").replace(COMMENTS, blank);
    if (code.split("\n").some(hasOpenText)) {
      throw new Told(`${name} has a text over several lines: it would lose its indentation.`);
    }
    writeFileSync(path, code.replace(/^[ \t]+/gm, ""));
  }
}

/** Whether a text in backticks begins or ends in a line and not both. */
function hasOpenText(line) {
  return (line.replace(/\\./g, "").split("`").length - 1) % 2 === 1;
}

/** Makes the page of the files of www, in a folder that has the core. */
export function assemble(folder) {
  cpSync(join(root, "www"), folder, { recursive: true, filter: isOfThePage });
  leaveOutComments(folder);
  writeCatalogue(folder);
  writePageFiles(folder);
  writeHostHeaders(folder);
}

/** Builds everything and puts it in place in one step. */
export function build() {
  needRust();
  const started = Date.now();
  const target = targetFolder();
  const staging = `${page}.new`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });

  say("Building the core for wasm");
  const made = packagesOfPage();
  buildCore(target, made);
  say("Generating its modules");
  generateModules(target, join(staging, "core"));
  assemble(staging);
  writeNotices(staging, made);
  writeSbom(staging, made);
  // Last of all: it names every other file.
  writeHashes(staging);

  rmSync(page, { recursive: true, force: true });
  renameSync(staging, page);
  const bytes = size(page);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`Built target/page: ${Math.ceil(bytes / 1024)} KiB in ${seconds} s`);
}

function size(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => statSync(join(folder, name)))
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + entry.size, 0);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  await main(build);
}
