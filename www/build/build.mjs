// Builds the page into target/page: the core as wasm, and the module around it and the
// files of www, bundled. Plain files, to be served by anything. What is bundled is kept
// in target/modules, for tsc, for tests, and for programs that run the core elsewhere.

import {
  copyFileSync,
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
import { bundle } from "./bundle.mjs";
import { writeHashes } from "./hashes.mjs";
import { POLICY_IN_PAGE } from "./headers.mjs";
import { writeManifest } from "./manifest.mjs";
import { writeNotices } from "./notices.mjs";
import { writeOneFile } from "./one-file.mjs";
import { writePackage } from "./package.mjs";
import { MODULES, packagesOfPage } from "./packages.mjs";
import { writeHostHeaders, writePageFiles } from "./page-files.mjs";
import { writeSbom } from "./sbom.mjs";
import { main, needBundler, needRust, output, root, run, say, Told, wasmTarget } from "./tools.mjs";

/** Where the finished page is. */
export const page = join(root, "target/page");

/** Where its modules are, each by itself, as in www and with what is generated. */
export const modules = join(root, "target/modules");

/** Whether a file or folder of www is part of the page, or of what tsc reads of it. */
function isOfThePage(source) {
  const name = relative(join(root, "www"), source);
  return (
    !/^(build|docs|package)$/.test(name) &&
    !/^tsconfig.*\.json$|^words.*\.json$|\.d\.ts$/.test(name)
  );
}

/** Folder that cargo builds into. */
export function targetFolder() {
  const metadata = output("cargo", ["metadata", "--locked", "--format-version=1", "--no-deps"]);
  if (metadata === null) {
    throw new Told('"cargo metadata" failed: Cargo.toml cannot be read.');
  }
  return JSON.parse(metadata).target_directory;
}

/**
 * Flags for rustc with which what is built is the same wherever it is.
 * @param {string} target
 * @param {{ packages: import("./packages.mjs").Package[] }} made
 */
export function sameEverywhere(target, { packages }) {
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
  return { CARGO_ENCODED_RUSTFLAGS: flags.join("\x1f") };
}

function buildCore(target, made) {
  const env = sameEverywhere(target, made);
  const crates = Object.values(MODULES).flatMap((crate) => ["--package", crate]);
  const what = ["build", "--locked", ...crates, "--profile", "wasm", "--target", wasmTarget];
  run("cargo", what, { env });
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
  for (const [name, crate] of Object.entries(MODULES)) {
    const wasm = join(target, wasmTarget, "wasm", `${crate.replaceAll("-", "_")}.wasm`);
    // What is loaded when it is asked for can be replaced when an instance breaks.
    const isFirst = name === "vma_inspector";
    run(join(target, "tool/bindgen"), [wasm, folder, name, ...(isFirst ? [] : ["resettable"])]);
  }
}

/** The language of index.html, and of whoever speaks none of the others. */
const LANGUAGE = "en";

/**
 * Families of sentences that are loaded only with a backup, or when somebody asks for them; of
 * some only a part.
 */
const LATER_FAMILIES = `
  appliance archive(?!\\.size$) backups boot-loader byte-kind
  checksums(?=\\.(caption|checked|computed|container|header|of-what|prove|stated|title|where|wrong)$)
  configs container(?=\\.(nested|placed)$)
  container-finding
  contents(?=\\.(active|boot-loader|caption|column-[a-z]+|degraded|detail|differing|disagrees|elsewhere|in-doubt)$)
  contents(?=\\.(incomplete|inside|mounted|on-disks|others|shared|some-[a-z-]+|system-[a-z]+|title|type|used|uuid)$)
  contents(?=\\.whole-disk$)
  damage drives elsewhere extents
  failure\\.(file-[a-z-]+|files-too-large|remote-[a-z-]+|source-differs)
  field file-fault file-note file-type files finding finding-unknown findings folder foreign forum guest hex image
  image-[a-z-]+ keys(?=\\.(arrows|arrows-name|close|config|digits|digits-name|escape|help|open|save|search|title|wanted)$)
  machine networks not-joined not-read pager partition-remark proxmox question recent report restore(?!\\.do-not$)
  restored save(?=\\.(finishing|handed|incomplete|map|staged|unstage|zeros)) save-phase saves
  severity texts
`;
export const LATER = new RegExp(`^(${LATER_FAMILIES.trim().split(/\s+/).join("|")})\\.`);

/** All languages of the page: each has a file of sentences of its name in www/words. */
export const languages = readdirSync(join(root, "www/words"))
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -".json".length))
  .sort();

/**
 * The sentences, for which tsc knows each key, as modules for each language: they are
 * loaded by the module that chooses one. And those of index.html in their places.
 */
function writeCatalogue(folder) {
  const write = (name, ...lines) =>
    writeFileSync(join(folder, "words", name), [...lines, ""].join("\n"));
  const files = [
    { name: "catalogue", isOfIt: (key) => !LATER.test(key) },
    { name: "catalogue-later", isOfIt: (key) => LATER.test(key) },
  ];
  for (const language of languages) {
    const all = Object.entries(sentencesIn(language));
    for (const { name, isOfIt } of files) {
      const own = Object.fromEntries(all.filter(([key]) => isOfIt(key)));
      const constant = `/** @type {const} */ (${JSON.stringify(own)})`;
      write(`${name}-${language}.js`, `export const CATALOGUE = ${constant};`);
    }
  }
  const each = ({ name }) =>
    languages.map((language) => `${language}: () => import("./${name}-${language}.js"),`).join(" ");
  const types = files.map(({ name }) => `typeof import("./${name}-${LANGUAGE}.js").CATALOGUE`);
  write(
    "catalogue.js",
    'import { chosenLanguage } from "./language.js";',
    `const CATALOGUES = { ${each(files[0])} };`,
    `const LATER = { ${each(files[1])} };`,
    `export const LANGUAGES = /** @type {const} */ (${JSON.stringify(languages)});`,
    `export const LANGUAGE = chosenLanguage(LANGUAGES, "${LANGUAGE}");`,
    "const { CATALOGUE: chosen } = await CATALOGUES[LANGUAGE]();",
    `/** @typedef {${types.join(" & ")}} Catalogue */`,
    "export const CATALOGUE = /** @type {Catalogue} */ (/** @type {unknown} */ ({ ...chosen }));",
    "/** Adds the sentences that are not loaded first. */",
    "export async function loadLater() {",
    "  Object.assign(CATALOGUE, (await LATER[LANGUAGE]()).CATALOGUE);",
    "}",
  );
  const index = join(folder, "index.html");
  const html = readFileSync(index, "utf8").replace("{policy}", POLICY_IN_PAGE);
  writeFileSync(index, withTexts(html, sentencesIn(LANGUAGE)));
}

/**
 * The rules of the verdict, of which tsc knows each fact and step, as a module: what has to
 * be the case, the step and the tone.
 */
function writeRules(folder) {
  const json = readFileSync(join(root, "www/words/rules/verdict.json"), "utf8");
  const rows = (rules) => rules.map(({ if: needed, step, tone }) => [needed, step, tone]);
  const each = Object.entries(JSON.parse(json)).map(([judging, rules]) => [judging, rows(rules)]);
  const rules = Object.fromEntries(each);
  const constant = `/** @type {const} */ (${JSON.stringify(rules)})`;
  writeFileSync(join(folder, "words/rules.js"), `export const RULES = ${constant};\n`);
}

function sentencesIn(language) {
  return JSON.parse(readFileSync(join(root, "www/words", `${language}.json`), "utf8"));
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

/** The backup to try the page with: two disks, with ext4 and exFAT. */
const SAMPLE = "tests/fixtures/sample.vma.zst";

/** Puts beside the core's module, in `folder`, the modules of the page. */
export function assemble(folder) {
  cpSync(join(root, "www"), folder, { recursive: true, filter: isOfThePage });
  copyFileSync(join(root, SAMPLE), join(folder, "sample.vma.zst"));
  writeCatalogue(folder);
  writeManifest(folder, sentencesIn(LANGUAGE), LANGUAGE);
  writeRules(folder);
}

/** An empty folder beside the one that it is to take the place of. */
function stagingOf(folder) {
  const staging = `${folder}.new`;
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  return staging;
}

function putInPlace(folder) {
  rmSync(folder, { recursive: true, force: true });
  renameSync(`${folder}.new`, folder);
}

/** Builds everything and puts it in place in one step. */
export async function build() {
  needRust();
  needBundler();
  const started = Date.now();
  const target = targetFolder();
  const [staging, apart] = [page, modules].map(stagingOf);

  say("Building the core for wasm");
  const made = packagesOfPage();
  buildCore(target, made);
  say("Generating its modules");
  generateModules(target, join(apart, "core"));
  say("Bundling the page");
  assemble(apart);
  await bundle(apart, staging);
  handOutCore(apart, staging);
  writePageFiles(staging);
  writeHostHeaders(staging);
  writeNotices(staging, made);
  writeSbom(staging, made);
  const ofOneFile = await writeOneFile(apart, staging);
  writePackage(apart, staging, languages);
  // Last of all: it names every other file.
  writeHashes(staging);

  putInPlace(modules);
  putInPlace(page);
  const bytes = size(page);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`Built target/page: ${Math.ceil(bytes / 1024)} KiB in ${seconds} s`);
  say(ofOneFile);
}

/** The core's modules as they are, for programs of others: the page has them bundled. */
function handOutCore(from, to) {
  for (const name of Object.keys(MODULES)) {
    for (const file of [`core/${name}.js`, `core/${name}.d.ts`]) {
      cpSync(join(from, file), join(to, file));
    }
  }
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
