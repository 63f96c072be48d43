// Everything that "npm test" runs, in order; the first failure ends it.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { env } from "node:process";
import { build } from "./build.mjs";
import { MODULES } from "./packages.mjs";
import { needPrograms } from "./programs.mjs";
import { needReaders } from "./readers.mjs";
import { addTerminal } from "./terminal.mjs";
import { main, needPackages, needRust, root, run, say, wasmTarget } from "./tools.mjs";

/** Everything, the terminal's program as well. */
const whole = ["--workspace", "--features", "vma-inspector/cli"];

const steps = [
  ["Programs and packages that the tests use", prepare],
  ["Rust is formatted (cargo fmt)", () => cargo("fmt", "--all", "--check")],
  ["JavaScript, HTML and CSS are formatted (prettier)", prettier],
  ["JavaScript is in order (eslint)", eslint],
  ["Clippy has nothing to say, natively and for wasm", clippy],
  ["Rust's documentation builds", documentation],
  ["Rust's tests", () => cargo("test", "--locked", ...whole, "--exclude", "bindgen")],
  ["The page builds, and the package for npm", pageAndPackage],
  ["The page's types fit (tsc)", types],
  ["JavaScript's tests under Node", underNode],
  ["JavaScript's tests in the browsers", inBrowsers],
];

function prepare() {
  needRust();
  needPrograms();
  needPackages();
  needReaders();
  // From here on, a test that lacks a program fails instead of being skipped.
  env.VMA_TESTS_HAVE_PROGRAMS = "1";
}

function cargo(...args) {
  run("cargo", args);
}

function npx(program, ...args) {
  run(join(root, "node_modules/.bin", program), args);
}

function prettier() {
  npx("prettier", "--check", "--log-level=warn", "www", "tests", "package.json");
}

function eslint() {
  npx("eslint", "--config", ".eslint.config.mjs", "--max-warnings=0", "www", "tests");
}

function clippy() {
  const strict = ["--", "-D", "warnings"];
  cargo("clippy", "--locked", ...whole, "--all-targets", ...strict);
  const forWasm = Object.values(MODULES).flatMap((crate) => ["--package", crate]);
  cargo("clippy", "--locked", ...forWasm, "--target", wasmTarget, ...strict);
}

function documentation() {
  const names = ["vma-inspector", "vma-source", "vma-file-system", "vma-zstd", "archive-writer"];
  const packages = names.flatMap((name) => ["--package", name]);
  run("cargo", ["doc", "--locked", "--no-deps", "--document-private-items", ...packages], {
    env: { RUSTDOCFLAGS: "-D warnings" },
  });
}

async function pageAndPackage() {
  await build();
  addTerminal();
}

function types() {
  for (const name of readdirSync(join(root, "www")).sort()) {
    if (/^tsconfig.*\.json$/.test(name)) {
      npx("tsc", "--project", join("www", name));
    }
  }
}

function underNode() {
  // The writer of the archives, fast, before any test waits for it.
  cargo("build", "--locked", "--release", "--package", "archive-writer");
  nodeTests("tests/structure", "tests/js");
}

function inBrowsers() {
  nodeTests("tests/browser");
}

/** Two files at a time: a browser waits more than it works. */
function nodeTests(...folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".test.mjs"))
      .sort()
      .map((name) => join(folder, name)),
  );
  run("node", ["--test", "--test-concurrency=2", "--test-reporter=spec", ...files]);
}

await main(async () => {
  for (const [index, [heading, step]] of steps.entries()) {
    say(`\n== ${index + 1} of ${steps.length}: ${heading}`);
    const started = Date.now();
    await step();
    const last = index === steps.length - 1;
    if (!last) {
      // The very last lines are the test runner's own.
      say(`-- in ${((Date.now() - started) / 1000).toFixed(0)} s`);
    }
  }
});
