// What is handed out with the page: the notices of licences, the bill of materials, and
// the hashes of its files. What they have to name comes from "cargo tree", from the
// crates' own folders, and from the wasm itself.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { page } from "../../www/build/build.mjs";
import { serve } from "../../www/build/serve.mjs";
import { MODULES } from "../../www/build/packages.mjs";
import { root, wasmTarget } from "../../www/build/tools.mjs";
import { parseToml } from "./toml.mjs";

const read = (name) => readFileSync(join(page, name), "utf8");
const notices = read("NOTICES.txt");
const sbom = JSON.parse(read("sbom.cdx.json"));

const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 };
const cargo = (...args) => execFileSync("cargo", args, options);

/** Names and versions of what the page's crate is built from, as cargo draws it. */
function tree(edges) {
  const crates = Object.values(MODULES).flatMap((crate) => ["--package", crate]);
  const start = ["--target", wasmTarget, ...crates, "--edges", edges];
  const lines = cargo("tree", "--locked", "--offline", ...start, "--prefix", "none").split("\n");
  const found = lines.map((line) => line.match(/^(\S+) v(\S+)/)).filter(Boolean);
  return [...new Set(found.map(([, name, version]) => `${name} ${version}`))].sort();
}

/** Folders of the crates, by name and version. */
const folders = new Map(
  JSON.parse(
    cargo(
      "metadata",
      "--locked",
      "--offline",
      "--format-version=1",
      "--filter-platform",
      wasmTarget,
    ),
  ).packages.map((each) => [`${each.name} ${each.version}`, dirname(each.manifest_path)]),
);

/** A text of which only the words count. */
const words = (text) => text.replace(/\s+/g, " ").trim();

const LINKED = tree("normal,no-proc-macro");
const versioned = (crate) => [...folders.keys()].find((name) => name.startsWith(`${crate} `));
const GENERATOR = versioned("wasm-bindgen-cli-support");

test("the notices have every crate in the wasm, with all that its folder says of rights", () => {
  assert.ok(LINKED.length > 20);
  const all = words(notices);
  for (const name of [...LINKED, GENERATOR]) {
    assert.ok(notices.includes(`\n\n${name}\n  Licence: `), `no notice of ${name}`);
    const folder = folders.get(name);
    const isOurs = `${folder}/`.startsWith(root);
    const papers = readdirSync(isOurs ? root : folder).filter((file) =>
      /licen[cs]e|copying|copyright|notice/i.test(file),
    );
    assert.ok(papers.length > 0, `${name} has no papers`);
    for (const paper of papers) {
      const text = readFileSync(join(isOurs ? root : folder, paper), "utf8");
      assert.ok(all.includes(words(text)), `${paper} of ${name} is not in the notices`);
    }
  }
});

test("the notices have every crate whose source a wasm names", () => {
  const wasm = Object.keys(MODULES)
    .map((name) => read(`core/${name}_bg.wasm`))
    .join("");
  const named = [...wasm.matchAll(/(?:crates|\/rust\/deps)\/([\w-]+?)-(\d+\.[\w.+-]*)\/src\//g)];
  const names = new Set(named.map(([, name, version]) => `${name} ${version}`));
  assert.ok(names.has(versioned("lzokay")), [...names].join(", "));
  for (const name of names) {
    const [crate, version] = name.split(" ");
    const isThere = [`\n\n${name}\n`, `: ${crate}-${version}\n`].some((title) =>
      notices.includes(title),
    );
    assert.ok(isThere, `no notice of ${name}, which the wasm names`);
  }
});

test("the notices have Rust's standard library, with its texts", () => {
  const version = execFileSync("rustc", ["--version"], { encoding: "utf8" }).split(" ")[1];
  const title = `Rust's standard library ${version}: `;
  assert.ok(notices.includes(`${title}the standard library\n`));
  assert.ok(notices.includes("The Rust Project Developers"));
  assert.ok(notices.includes(`${title}dlmalloc-`), "the allocator of wasm");
  assert.match(notices, /^\[\d+\] Unicode-3\.0\.txt of /m);
});

test("the notices name only texts that they have, in the same order", () => {
  const numbers = [...notices.matchAll(/^\[(\d+)\] /gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
  const used = [...notices.matchAll(/^ {2}Texts: (\[.*\])$/gm)].flatMap(([, list]) =>
    list.split(" ").map((number) => Number(number.slice(1, -1))),
  );
  assert.deepEqual(
    [...new Set(used)].sort((a, b) => a - b),
    numbers,
  );
});

test("the page links to its notices, and they are plain text", async () => {
  assert.match(read("index.html"), /<footer[^]*<a href="NOTICES\.txt"[^]*<\/footer>/);
  const { server, url } = await serve();
  const response = await fetch(`${url}NOTICES.txt`);
  assert.equal(response.headers.get("content-type"), "text/plain; charset=utf-8");
  assert.equal(await response.text(), notices);
  server.closeAllConnections();
  server.close();
});

test("the bill of materials has the fields that CycloneDX 1.5 requires", () => {
  assert.equal(sbom.bomFormat, "CycloneDX");
  assert.equal(sbom.specVersion, "1.5");
  assert.equal(sbom.version, 1);
  assert.match(sbom.serialNumber, /^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal(sbom.metadata.component.type, "application");
  const all = [sbom.metadata.component, ...sbom.components];
  for (const each of all) {
    assert.match(each.type, /^(application|library)$/);
    assert.ok(each.name.length > 0 && each.version.length > 0);
    assert.match(each.scope ?? "required", /^(required|excluded)$/);
    assert.ok(each.licenses.every(({ expression }) => expression.length > 0));
    assert.ok((each.hashes ?? []).every(({ content }) => /^[0-9a-f]{64}$/.test(content)));
    assert.match(each.purl ?? "pkg:cargo/", /^pkg:cargo\//);
  }
  const references = all.map((each) => each["bom-ref"]);
  assert.equal(new Set(references).size, references.length);
  // Each has a list of what it uses, and all of that is there.
  assert.deepEqual(sbom.dependencies.map(({ ref }) => ref).sort(), [...references].sort());
  for (const { dependsOn } of sbom.dependencies) {
    assert.deepEqual(
      dependsOn.filter((each) => !references.includes(each)),
      [],
    );
    assert.equal(new Set(dependsOn).size, dependsOn.length);
  }
});

test("the bill of materials has what cargo resolves for the wasm, and says what is in it", () => {
  const named = (list) => list.map(({ name, version }) => `${name} ${version}`).sort();
  // Of these two cargo says nothing: they are no dependencies.
  const isKnown = ({ name }) => name !== "rust-std" && name !== "wasm-bindgen-cli-support";
  const itself = sbom.metadata.component;
  const components = sbom.components.filter(isKnown);
  assert.equal(components.length, sbom.components.length - 2);
  assert.deepEqual([itself.name, named(components)], ["vma-inspector-page", tree("normal")]);
  const inside = components.filter(({ scope }) => scope === "required");
  assert.deepEqual(named(inside), LINKED);
});

test("the bill of materials has the hashes that Cargo.lock has", () => {
  const lock = parseToml(readFileSync(join(root, "Cargo.lock"), "utf8")).package;
  for (const { name, version, hashes } of sbom.components) {
    const locked = lock.find((each) => each.name === name && each.version === version);
    assert.equal(hashes?.[0].content, locked?.checksum, name);
  }
});

test("nothing that is handed out names a folder of this machine, or a time", () => {
  const cores = Object.keys(MODULES).map((name) => `core/${name}_bg.wasm`);
  for (const name of ["NOTICES.txt", "sbom.cdx.json", ...cores]) {
    const text = read(name);
    for (const folder of [root, dirname(folders.get(versioned("lzokay")))]) {
      assert.ok(!text.includes(folder), `${name} names ${folder}`);
    }
  }
  assert.ok(!("timestamp" in sbom.metadata));
});

test("the hashes are those that sha256sum computes, of every file of the page", () => {
  const check = ["--check", "--strict", "--quiet", "SHA256SUMS"];
  execFileSync("sha256sum", check, { cwd: page });
  const listed = read("SHA256SUMS")
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(66));
  const files = execFileSync("find", [".", "-type", "f"], { cwd: page, encoding: "utf8" })
    .trimEnd()
    .split("\n")
    .map((name) => name.slice(2))
    .filter((name) => name !== "SHA256SUMS");
  assert.deepEqual(listed.sort(), files.sort());
});
