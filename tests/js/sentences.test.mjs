// The catalogue has words for every code that the core can give, and for no
// others; and the page uses every sentence, with all that it names.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { languages, modules } from "../../www/build/build.mjs";
import { root } from "../../www/build/tools.mjs";

const built = (path) => import(pathToFileURL(join(modules, path)));
const { pieces, text } = await built("words/text.js");
const { CATALOGUE, loadLater } = await built("words/catalogue.js");
await loadLater();
const { RULES } = await built("words/rules.js");
const { FORMATS } = await built("words/disk-formats.js");
const { isRefusedImage } = await built("shared/codes.js");
const keys = Object.keys(CATALOGUE).sort();

/** Strings in kebab-case that a function or list of the core's source names. */
function codesIn(file, start, end) {
  const source = readFileSync(join(root, "src", file), "utf8");
  const from = source.indexOf(start);
  assert.ok(from >= 0, `${file} has no ${start}`);
  const codes = source.slice(from, source.indexOf(end, from)).match(/"[a-z0-9]+(-[a-z0-9]+)+"/g);
  return codes.map((code) => code.slice(1, -1));
}

/** Codes that the page itself gives to failures. */
function ownCodes() {
  const named = sources().flatMap(({ source }) => [
    ...[...source.matchAll(/failure\(\s*"([a-z-]+)"/g)].map(([, code]) => code),
    ...[...source.matchAll(/"([a-z-]+)": *"|Error: "([a-z-]+)"|\?\? "([a-z-]+)"/g)].flatMap(
      (found) => found.slice(1).filter((code) => code && `failure.${code}.title` in CATALOGUE),
    ),
  ]);
  const codes = readFileSync(join(root, "www/shared/codes.js"), "utf8");
  return [...named, codes.match(/WORKER_DIED = "([a-z-]+)"/)[1]];
}

const families = [
  ["finding", codesIn("archive/finding.rs", "\nkinds! {", "\n}"), 27],
  [
    "container-finding",
    codesIn("container/finding.rs", 'Self::ZstdChecksumMismatch { .. } => "', "\n}"),
    12,
  ],
  [
    "failure",
    [
      ...codesIn("source/error.rs", "fn code(", "\n    }"),
      ...codesIn("export/disk/refusal.rs", "impl Refusal {", "\n}"),
      // What the source says comes up as it was said.
      ...codesIn("file_system/error.rs", "fn code(", "\n    }").filter((c) => c !== "file-source"),
      ...codesIn("wasm/shared/fault.rs", "FaultKind::TooLarge", "-system"),
      ...ownCodes(),
    ],
    12,
  ],
];

test("every kind of file that is something else has its words", () => {
  const source = readFileSync(join(root, "src/source/foreign.rs"), "utf8");
  const kinds = [...source.matchAll(/=> "([a-z0-9-]+)",/g)].map(([, kind]) => kind);
  assert.ok(kinds.length > 30, `${kinds.length} kinds`);
  for (const kind of kinds) {
    for (const part of ["title", "text"]) {
      assert.ok(CATALOGUE[`foreign.${kind}.${part}`]?.length > 0, `no foreign.${kind}.${part}`);
    }
  }
  const own = ["zeros-seen"];
  const titles = keys.map((key) => /^foreign\.([a-z0-9-]+)\.title$/.exec(key)?.[1]);
  const left = titles.filter((kind) => kind && kind !== "members" && !kinds.includes(kind));
  assert.deepEqual(left, own);
});

test("every refusal of a disk image has its words, and no words are left over", () => {
  const source = readFileSync(join(root, "src/disk_file/refusal.rs"), "utf8");
  const codes = [...source.matchAll(/=> "(image-[a-z-]+)",/g)].map(([, code]) => code).sort();
  assert.ok(codes.length > 5, `${codes.length} codes`);
  for (const part of ["title", "text"]) {
    const there = keys.filter((key) => key.startsWith("image-") && key.endsWith(`.${part}`));
    assert.deepEqual(
      there,
      codes.map((code) => `${code}.${part}`),
    );
  }
  assert.ok(codes.every(isRefusedImage));
});

/** What is told of a disk, with the files that name the codes. */
const TOLD_OF_DISKS = [
  ["volume-kind", "file_system/identify/volume.rs", "impl Kind {"],
  ["partition-purpose", "partition/purpose.rs", "impl Use {"],
  ["partition-remark", "partition/table.rs", "impl Remark {"],
  ["boot-loader", "partition/boot_loader.rs", "impl BootLoader {"],
  ["file-fault", "file_system/error.rs", "impl FaultKind {"],
  ["guest", "files/guest/fact.rs", "impl FactKind {"],
  ["not-joined", "partition/lvm_refusal.rs", "pub fn code("],
  ["file-note", "file_system/reader.rs", "impl Note {"],
];

for (const [family, file, start] of TOLD_OF_DISKS) {
  test(`every ${family} has its words, and no words are left over`, () => {
    const source = readFileSync(join(root, "src", file), "utf8");
    const table = source.slice(source.indexOf(start)).split("\n    }\n")[0];
    const codes = [...table.matchAll(/=> "([a-z0-9-]+)"/g)].map(([, code]) => code);
    assert.ok(codes.length >= 4, `${codes.length} codes`);
    const there = keys.filter(
      (key) => key.startsWith(`${family}.`) && CHOSEN.some((each) => each.test(key)),
    );
    const own = family === "file-fault" ? LINK_CODES : [];
    assert.deepEqual(there, [...codes, ...own].map((code) => `${family}.${code}`).sort());
  });
}

/** What a link that is followed ends in, said by `views/files/follow.js` as a fault of a file. */
const LINK_CODES = ["file-link-circle", "file-link-dangling"];

/** A fault of the program's own: it is told with the words for what is unknown. */
const WITHOUT_WORDS = "internal";

for (const [family, codes, least] of families) {
  test(`every ${family} has its words, and no words are left over`, () => {
    assert.ok(codes.length >= least, `${codes.length} codes`);
    const isElsewhere = (code) => code === WITHOUT_WORDS || LINK_CODES.includes(code);
    const wanted = new Set(codes.filter((code) => !isElsewhere(code)));
    const there = keys
      .filter((key) => key.startsWith(`${family}.`) && key.endsWith(".title"))
      .map((key) => key.split(".")[1]);
    for (const code of wanted) {
      for (const part of ["title", "text"]) {
        const key = `${family}.${code}.${part}`;
        assert.ok(CATALOGUE[key]?.length > 0, `no ${key}`);
      }
    }
    const left = there.filter((code) => !wanted.has(code));
    assert.deepEqual(left, []);
  });
}

/** What files tell of a machine: codes of the core. */
const GUEST_KINDS = [
  ...readFileSync(join(root, "src/files/guest/fact.rs"), "utf8").matchAll(/=> "([a-z-]+)",/g),
].map(([, code]) => code);

/** Steps of the rules of the verdict, each of which has its heading. */
const STEPS = Object.values(RULES).flatMap((rules) => rules.map(([, step]) => step));

/** What of the catalogue is chosen by a code or a state: all of it is used. */
const CHOSEN = [
  /^(finding|container-finding|failure)\./,
  /^(but-for|newer|os|firmware|severity|way|save-phase|drop)\./,
  /^image-[a-z-]+\.(title|text)$/,
  /^(drive-state|restore\.death|restored|foreign)\./,
  /^proxmox\.(message|assertion|accepts|verdict)\./,
  /^file-name\.inside\./,
  /^(volume-kind|partition-purpose|partition-remark|boot-loader)\./,
  /^scan\.(control|title)\./,
  /^(tab|ago|byte-kind|field|backups\.column)\./,
  /^(file-fault|file-note|file-type|not-joined|not-read|files\.column|files\.form)\./,
  new RegExp(`^(verdict|answer)\\.(${STEPS.join("|")})$`),
  new RegExp(`^guest\\.(${GUEST_KINDS.join("|")})$`),
  /^files\.save-(tar|zip)$|^damage\.files-hit(-least)?$/,
  /^clusters\.(full|partial|zero|doubt|missing|unseen)(-means)?$/,
  new RegExp(`^format\\.(${FORMATS.join("|")})\\.(name|action|use)$`),
];

function sources() {
  const names = readdirSync(join(root, "www"), { recursive: true });
  return names
    .filter((name) => /\.(js|html)$/.test(name) && !/^(build|docs)\//.test(name))
    .map((name) => ({ name, source: readFileSync(join(root, "www", name), "utf8") }));
}

test("every sentence is used, and every sentence that is named is there", () => {
  const named = new Set();
  for (const { source } of sources()) {
    const found = source.matchAll(/(?:\b(?:text|pieces)\(\s*|data-text=)"([^"]+)"/g);
    for (const [, key] of found) named.add(key);
  }
  assert.ok(named.size > 250, `${named.size} keys`);
  const missing = [...named].filter((key) => !(key in CATALOGUE));
  assert.deepEqual(missing, []);
  const unused = keys.filter((key) => !named.has(key) && !CHOSEN.some((each) => each.test(key)));
  assert.deepEqual(unused, []);
});

test("keys are dotted and in kebab-case, in the order of the alphabet", () => {
  const json = readFileSync(join(root, "www/words/en.json"), "utf8");
  assert.deepEqual(JSON.parse(json), CATALOGUE);
  for (const key of keys) assert.match(key, /^[a-z0-9]+([.-][a-z0-9]+)*$/);
  assert.deepEqual(Object.keys(JSON.parse(json)), keys, "sorted");
});

const namesIn = (pattern) => new Set([...pattern.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name));

test("plural forms are those of CLDR, and all name the same", () => {
  const forms = ["zero", "one", "two", "few", "many", "other"];
  for (const [key, entry] of Object.entries(CATALOGUE)) {
    if (typeof entry === "string") continue;
    assert.ok(entry.other, key);
    for (const [form, pattern] of Object.entries(entry)) {
      assert.ok(forms.includes(form), `${key}: ${form}`);
      // "the only one" need not say how many.
      for (const name of namesIn(pattern)) assert.ok(namesIn(entry.other).has(name), key);
    }
    const { one, two, few, many } = entry;
    assert.ok(one && !two && !few && !many, `${key}: English has one and other`);
  }
});

const { languageOf } = await built("words/language.js");

test("every language has the sentences of English, which name the same, sorted", () => {
  assert.ok(languages.includes("de") && languages.includes("en"));
  for (const language of languages) {
    const json = readFileSync(join(root, "www/words", `${language}.json`), "utf8");
    const sentences = JSON.parse(json);
    assert.deepEqual(Object.keys(sentences), keys, language);
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const [key, entry] of Object.entries(CATALOGUE)) {
      const there = sentences[key];
      if (typeof entry === "string") {
        assert.equal(typeof there, "string", `${language}: ${key}`);
        assert.deepEqual(namesIn(there), namesIn(entry), `${language}: ${key}`);
        continue;
      }
      assert.deepEqual(Object.keys(there).sort(), [...forms].sort(), `${language}: ${key}`);
      assert.deepEqual(namesIn(there.other), namesIn(entry.other), `${language}: ${key}`);
      for (const pattern of Object.values(there)) {
        for (const name of namesIn(pattern)) assert.ok(namesIn(there.other).has(name), key);
      }
    }
  }
});

test("the first language that is wanted and there is taken", () => {
  const there = ["de", "en"];
  assert.equal(languageOf([null, "fr-FR", "de-AT", "en"], there), "de");
  assert.equal(languageOf(["en", "de-DE"], there), "en");
  assert.equal(languageOf(["fr", "toString"], there), null);
  assert.equal(languageOf([], there), null);
});

test("a sentence takes what it names, and says which of it is lacking", () => {
  assert.equal(text("count.disk", { count: 1 }), "1 disk");
  assert.equal(text("count.disk", { count: 1234 }), "1,234 disks");
  const bold = { bold: true };
  assert.deepEqual(pieces("opener.reading", { name: bold }), ["Reading ", bold, " …"]);
  assert.throws(() => text("opener.reading", {}), /opener\.reading lacks name/);
  assert.throws(() => text("no.such-key"), /no\.such-key/);
  const facts = { disks: "1 disk", extents: "1 extent" };
  const one = text("verdict.complete", { count: 1, ...facts });
  assert.match(one, /^Nothing is missing: the only cluster of 1 disk is in the file/);
});
