/** Errors as plain values that can cross between threads. */

/** @typedef {import("./messages.js").Failure} Failure */

/**
 * @param {string} code
 * @param {string} message
 * @returns {Failure}
 */
export function failure(code, message = "") {
  return { code, message, part: null, offset: null };
}

/**
 * @param {unknown} error
 * @returns {Failure}
 */
export function toFailure(error) {
  if (!(error instanceof Error)) return failure("internal", String(error));
  if (error.name === "AbortError") return failure("aborted", error.message);
  if (error.name !== "VmaError") return failure("internal", `${error.name}: ${error.message}`);
  const { code, message, part, offset, foreign } =
    /** @type {import("../core/vma_inspector.js").VmaError} */ (error);
  return { code, message, part, offset, foreign: foreign ?? null };
}

/** A failure that came from another thread, to be thrown and caught again. */
export class RemoteError extends Error {
  /** @param {Failure} failure */
  constructor(failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/**
 * Whether an error is none that is thrown on purpose. What the core means to say
 * is a `VmaError`; whatever else comes out of it, a trap, the end of its stack,
 * which is an error of another class in each browser, or a refusal of its glue,
 * leaves a core behind that nothing more may be asked of.
 * @param {unknown} error
 */
export function isFault(error) {
  if (error instanceof RemoteError || error instanceof DOMException) return false;
  return !(error instanceof Error && error.name === "VmaError");
}

/**
 * What went wrong, here or in the Worker.
 * @param {unknown} error
 */
export function failureOf(error) {
  return error instanceof RemoteError ? error.failure : toFailure(error);
}
