/** The folder of the private file system for files that are made there, to be downloaded. */
export const STAGED_FOLDER = "staged";
