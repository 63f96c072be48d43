// Writes what the page is made of for programs to read: CycloneDX 1.5, as JSON. It names
// no time and no machine, so that it is the same wherever the page is built.

import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { LICENCE, version } from "./standard-library.mjs";

/** Name of the file within the page. */
export const SBOM = "sbom.cdx.json";

/** @typedef {import("./packages.mjs").Package} Package */

const refOf = ({ name, version }) => `${name}@${version}`;

/** What only ran while the page was built is in the list, and said not to be in the page. */
const SCOPES = { linked: "required", text: "required", build: "excluded" };

/** Fields that are not known are left out, not empty. */
function known(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

/** @param {Package} each */
function component(each) {
  const link = /^https?:/.test(each.repository ?? "") ? each.repository : null;
  return known({
    type: "library",
    "bom-ref": refOf(each),
    name: each.name,
    version: each.version,
    description: each.description,
    scope: SCOPES[each.part],
    hashes: each.sha256 === null ? null : [{ alg: "SHA-256", content: each.sha256 }],
    licenses: [{ expression: each.licence }],
    purl: each.isOurs ? null : `pkg:cargo/${each.name}@${encodeURIComponent(each.version)}`,
    externalReferences: link === null ? null : [{ type: "vcs", url: link }],
  });
}

/** Rust's standard library, of which cargo says nothing. */
function standardLibraryComponent() {
  const standardLibrary = { name: "rust-std", version: version() };
  return {
    type: "library",
    "bom-ref": refOf(standardLibrary),
    ...standardLibrary,
    description: "Rust's standard library, as it comes with the compiler",
    scope: "required",
    licenses: [{ expression: LICENCE }],
    externalReferences: [{ type: "vcs", url: "https://github.com/rust-lang/rust" }],
  };
}

/** An id that follows from the contents, in the form that RFC 9562 has for such: version 8. */
function serialNumber(contents) {
  const hex = createHash("sha256").update(JSON.stringify(contents)).digest("hex");
  const variant = ((Number.parseInt(hex[16], 16) & 3) | 8).toString(16);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`];
  return `urn:uuid:${[...parts, variant + hex.slice(17, 20), hex.slice(20, 32)].join("-")}`;
}

/**
 * The bill of materials of the page.
 * @param {{ page: Package, packages: Package[] }} made
 */
export function sbom({ page, packages }) {
  const byId = new Map(packages.map((each) => [each.id, each]));
  const library = standardLibraryComponent();
  // What a bill is of has no scope in it.
  const itself = { ...component(page), type: "application", scope: undefined };
  const uses = ({ uses }) => [...new Set(uses)].map((id) => refOf(byId.get(id))).sort();
  // What wrote a part of the page is used by the page, though no crate says so.
  const writers = packages.filter(({ part }) => part === "text").map(refOf);
  const contents = {
    metadata: { component: itself },
    components: [...packages.map(component), library],
    dependencies: [
      ...[page, ...packages].map((each) => ({
        ref: refOf(each),
        dependsOn:
          each === page ? [...uses(each), ...writers, library["bom-ref"]].sort() : uses(each),
      })),
      { ref: library["bom-ref"], dependsOn: [] },
    ],
  };
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.5.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    serialNumber: serialNumber(contents),
    version: 1,
    ...contents,
  };
}

/** Writes the bill of materials into the folder of the page. */
export function writeSbom(folder, made) {
  writeFileSync(join(folder, SBOM), `${JSON.stringify(sbom(made), null, 2)}\n`);
}
