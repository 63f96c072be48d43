// What a browser reads of the page to install it: its name, its icons, and the files that
// the system may open with it.

import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Name of the file within the page, which index.html links to. */
export const MANIFEST = "manifest.webmanifest";

/** The icon, and pictures of it for systems that draw no SVG, which were made of that. */
export const ICONS = ["icon.svg", "icon-192.png", "icon-512.png"];

/**
 * Endings of backups by a type each, as the specification of file handlers wants them: the
 * ending decides. That of a plain backup is registered nowhere.
 */
const OPENS = {
  "application/x-proxmox-vma": [".vma"],
  "application/zstd": [".zst"],
  "application/x-lzop": [".lzo"],
  "application/gzip": [".gz"],
  "application/x-bzip2": [".bz2"],
};

function icon(src) {
  const [, pixels] = /-(\d+)\.png$/.exec(src) ?? [];
  return pixels
    ? { src, type: "image/png", sizes: `${pixels}x${pixels}` }
    : { src, type: "image/svg+xml", sizes: "any" };
}

/**
 * Writes it into the folder of the page's modules. All addresses in it are told from its own,
 * so the page can be installed from any path.
 * @param {string} folder
 * @param {Record<string, string>} sentences
 * @param {string} language of these
 */
export function writeManifest(folder, sentences, language) {
  const manifest = {
    id: "./",
    name: sentences["page.name"],
    description: sentences["page.description"],
    lang: language,
    start_url: "./",
    scope: "./",
    display: "standalone",
    theme_color: "#17626b",
    background_color: "#f4f6f7",
    icons: ICONS.map(icon),
    file_handlers: [{ action: "./", accept: OPENS, launch_type: "single-client" }],
    // What is open, or being saved, in another window is left alone.
    launch_handler: { client_mode: "navigate-new" },
  };
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify(manifest)}\n`);
}
