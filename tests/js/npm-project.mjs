// The package as somebody has it who installs it: packed by npm, and put into an empty
// project without a network.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { npmPackage } from "../../www/build/package.mjs";

const QUIET = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];

function npm(cwd, ...args) {
  return execFileSync("npm", args, { cwd, encoding: "utf8" });
}

/** What npm packs; the folder that it is in goes with the process. */
export function packed() {
  const folder = mkdtempSync(join(tmpdir(), "vma-inspector-npm-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const told = npm(npmPackage, "pack", "--json", "--pack-destination", folder, ...QUIET);
  const [{ filename, size, files }] = JSON.parse(told);
  return { folder, tarball: join(folder, filename), size, files: files.map(({ path }) => path) };
}

/** An empty project with the package in it, and what npm says of what is installed. */
export function installed({ folder, tarball }) {
  writeFileSync(join(folder, "package.json"), `{ "type": "module", "private": true }`);
  npm(folder, "install", ...QUIET, tarball);
  return { project: folder, list: JSON.parse(npm(folder, "ls", "--all", "--json")) };
}

/** The examples of the package's paper, in order. */
export function examples(project) {
  const paper = readFileSync(join(project, "node_modules/vma-inspector/README.md"), "utf8");
  return [...paper.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, code]) => code);
}
