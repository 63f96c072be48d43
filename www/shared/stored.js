/**
 * Everything that the page stores in a browser, by its name there. What is stored
 * and not named here would stay behind when everything is removed.
 */

/** In the private file system: finished scans, and with them checkpoints of containers. */
export const KEPT_FOLDER = "kept-scans";
/** In the private file system: files that are made there, to be downloaded. */
export const STAGED_FOLDER = "staged";
/** In the local storage: whether finished scans are kept. */
export const KEEPING = "keep-scans";
/** In the local storage: the format that disks are saved in. */
export const FORMAT = "format";
/** In the local storage: the language that was chosen for the page. */
export const LANGUAGE = "language";
/** In the local storage: whether the files that were opened last are remembered. */
export const RECENT = "recent-files";
/** A database: those files, with handles where the browser gives them. */
export const RECENT_DATABASE = "vma-inspector-recent";
/** In the local storage: whether single keys do something. */
export const SHORTCUTS = "shortcuts";
/** How the name of a cache begins that holds the page's own files. */
export const PAGE_CACHE = "vma-inspector-page ";

/**
 * All of it. Handles of files are stored only with the files that were opened last, where
 * a person wants these remembered, and there are no cookies. Beside these there is the
 * Service Worker itself.
 */
export const STORED = {
  folders: [KEPT_FOLDER, STAGED_FOLDER],
  settings: [KEEPING, FORMAT, LANGUAGE, RECENT, SHORTCUTS],
  databases: [RECENT_DATABASE],
  caches: [PAGE_CACHE],
};
