/** A thing of a file system that is saved: as `ChosenFile` of `shared/files.d.ts`. */
export interface ChosenThing {
  id: bigint;
  path: FileNameGiven[];
}

/** As `FileName` of `shared/files.d.ts`. */
export interface FileNameGiven {
  text: string;
  bytes: Uint8Array | null;
}

/** What became of a step: something has to be fetched first; it goes on; all is done. */
export type FilesStep = 0 | 1 | 2;
