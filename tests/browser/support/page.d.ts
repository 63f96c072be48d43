/** A browser that was started with a profile of its own. */
export interface TestBrowser {
  readonly name: string;
  /** Name and version. */
  readonly version: string;
  /**
   * A page that shares nothing with other pages, or one that comes `again`: it shares the
   * Service Worker with all that do, and nothing is stored.
   */
  newPage(options?: {
    again?: boolean;
    viewport?: { width: number; height: number };
  }): Promise<TestPage>;
  close(): Promise<void>;
}

/** What a test can do with a page, whichever the browser. Many fields: one for each thing that a person does. */
export interface TestPage {
  /** What the console showed as errors, and errors that nothing caught. */
  readonly errors: string[];
  /** Downloads that the browser has begun, whatever came of them. */
  readonly downloadsBegun: number;
  /** Downloads that ended as whole files. */
  readonly downloadsCompleted: number;
  /** Loads the page under test; runs `before` in it before its own scripts. */
  open(before?: () => void): Promise<void>;
  /** Chooses a file through the page's input. */
  choose(path: string): Promise<void>;
  /** Drops a file onto the page. */
  drop(path: string): Promise<void>;
  /** Clicks what has this role and exactly this name. */
  click(role: string, label: string): Promise<void>;
  press(key: string): Promise<void>;
  /** The text that a person sees. */
  text(selector?: string): Promise<string>;
  /** Waits until the predicate, run in the page, is true. */
  waitFor<A>(predicate: (argument: A) => unknown, argument?: A, timeout?: number): Promise<void>;
  evaluate<A, R>(work: (argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  /** What `start` makes the browser download, when it has ended. */
  download(start: () => Promise<void>): Promise<Download>;
  /** Ends the page's Worker without a word to the page. */
  killWorker(): Promise<void>;
  screenshot(path: string): Promise<void>;
  /** The page as it would be printed on A4; the browser has no such thing where it is missing. */
  pdf?(): Promise<Uint8Array>;
  close(): Promise<void>;
}

export type Download =
  | { fileName: string; failure: string }
  | {
      fileName: string;
      failure: null;
      path: string;
      size: number;
      /** By the clock of `performance`. */
      endedAt: number;
      sha256: string;
    };
