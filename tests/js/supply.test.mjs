// What is built from: only what .config/deny.toml allows, just as the lock files name it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root, wasmTarget } from "../../www/build/tools.mjs";
import { isAllowed } from "./spdx.mjs";
import { parseToml } from "./toml.mjs";

const read = (name) => readFileSync(join(root, name), "utf8");
const deny = parseToml(read(".config/deny.toml"));
const locks = ["Cargo.lock", "tests/fuzz/Cargo.lock", "tests/readers/Cargo.lock"].map((name) => ({
  name,
  packages: parseToml(read(name)).package,
}));

/** Packages that cargo resolves for this machine and for the wasm. */
function resolved() {
  const host = execFileSync("rustc", ["-vV"], { encoding: "utf8" }).match(/^host: (.*)$/m)[1];
  const platforms = [host, wasmTarget].flatMap((platform) => ["--filter-platform", platform]);
  const args = ["metadata", "--locked", "--offline", "--format-version=1", ...platforms];
  const options = { cwd: root, encoding: "utf8", maxBuffer: 1 << 28 };
  return JSON.parse(execFileSync("cargo", args, options)).packages;
}

test("an expression of licences is read as SPDX has it", () => {
  const allowed = ["MIT", "Zlib"];
  for (const expression of [
    "MIT",
    "GPL-3.0 OR MIT",
    "Apache-2.0/MIT",
    "(MIT OR GPL-3.0) AND Zlib",
  ]) {
    assert.equal(isAllowed(expression, allowed), true, expression);
  }
  const refused = ["GPL-3.0", "MIT AND GPL-3.0", "MIT WITH some-exception", "MIT AND (A OR B)", ""];
  for (const expression of refused) {
    assert.equal(isAllowed(expression, allowed), false, expression);
  }
});

test("every crate has a licence that is allowed, and every one that is allowed is named", () => {
  const { allow } = deny.licenses;
  assert.ok(allow.length > 0);
  const packages = resolved();
  const refused = packages.filter(({ license }) => !isAllowed(license ?? "", allow));
  assert.deepEqual(
    refused.map(({ name, version, license }) => `${name} ${version}: ${license}`),
    [],
  );
  const named = new Set(packages.flatMap(({ license }) => license.split(/[^\w.-]+/)));
  const left = allow.filter((licence) => !named.has(licence));
  assert.deepEqual(left, []);
});

test("crates come from crates.io and with a checksum, or are ours", () => {
  const { sources } = deny;
  assert.deepEqual([sources["unknown-registry"], sources["unknown-git"]], ["deny", "deny"]);
  const registries = sources["allow-registry"].map((url) => `registry+${url}`);
  for (const { name, packages } of locks) {
    assert.ok(packages.length > 20, `${name} was not read`);
    const strange = packages.filter(({ source, checksum }) =>
      source === undefined
        ? checksum !== undefined
        : !registries.includes(source) || !/^[0-9a-f]{64}$/.test(checksum),
    );
    assert.deepEqual(strange, [], name);
    // Whatever has no source lies in this repository.
    const own = packages.filter(({ source }) => source === undefined).map(({ name }) => name);
    const manifests = execFileSync("git", ["ls-files", "*Cargo.toml"], {
      cwd: root,
      encoding: "utf8",
    });
    const names = manifests
      .trim()
      .split("\n")
      .map((path) => parseToml(read(path)).package.name);
    assert.deepEqual(
      own.filter((each) => !names.includes(each)),
      [],
      name,
    );
  }
});

test("npm's packages come from its registry and with a hash", () => {
  const { packages } = JSON.parse(read("package-lock.json"));
  const entries = Object.entries(packages).filter(([name]) => name !== "");
  assert.ok(entries.length > 50);
  // Where it says no address, it is the registry's.
  const isSound = ({ resolved = "https://registry.npmjs.org/", integrity = "", link = false }) =>
    !link &&
    resolved.startsWith("https://registry.npmjs.org/") &&
    /^sha512-[\w+/]{86}==$/.test(integrity);
  const strange = entries.filter(([, entry]) => !isSound(entry)).map(([name]) => name);
  assert.deepEqual(strange, []);
});

test("no crate is there in two versions, but for those that are told with a reason", () => {
  assert.equal(deny.bans["multiple-versions"], "deny");
  const skipped = deny.bans.skip.map(({ crate, reason }) => {
    assert.ok(reason?.length > 0, `${crate} without a reason`);
    return crate.split("@");
  });
  const [{ packages }] = locks;
  const named = (name) => packages.filter((each) => each.name === name);
  const names = [...new Set(packages.map(({ name }) => name))];
  const twice = names.filter((name) => named(name).length > 1);
  const isSkipped = ({ name, version }) =>
    skipped.some(([crate, start]) => crate === name && `${version}.`.startsWith(`${start}.`));
  for (const name of twice) {
    const others = named(name).filter((each) => !isSkipped(each));
    assert.equal(others.length, 1, `${name} in more than one version`);
  }
  assert.deepEqual(skipped.map(([name]) => name).sort(), twice.sort());
});

/** Files in which commands stand that build or install. */
const scripts = [
  ".ci/run",
  ...["www/build", "tests"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true })
      .filter((name) => /\.(mjs|sh)$/.test(name) && !name.includes("node_modules"))
      .map((name) => join(folder, name)),
  ),
];

/** A command of cargo that resolves packages, up to where its arguments end. */
const RESOLVES = /[([]\s*"(?:build|test|run|clippy|doc|metadata|tree)",([^\])]*)/g;

test("nothing is resolved anew: cargo is told --locked, npm is told ci", () => {
  let commands = 0;
  for (const name of scripts) {
    const text = read(name);
    for (const [command, rest] of text.matchAll(RESOLVES)) {
      commands += 1;
      assert.ok(rest.includes('"--locked"'), `${name}: ${command}`);
    }
    assert.doesNotMatch(text, /"npm", \["(?!ci")|\bnpm (i|install|update)\b/, name);
  }
  assert.ok(commands >= 10, `${commands} commands were found`);
});
