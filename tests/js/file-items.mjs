// Lines of a list of files, for tests.

/** A name; `bytes` where it is no UTF-8. */
export const named = (text, bytes = null) => ({ text, bytes });
/** A time in UTC. */
export const time = (seconds, nanoseconds = 0) => ({ seconds, nanoseconds, isLocal: false });

/** A line of the list. */
export function item(name, type = "file", size = 0, more = {}) {
  const unix = { mode: 0o644, user: 0, group: 0 };
  const node = { type, size, unix, modified: time(0), isHidden: false, ...more };
  const entry = { name: named(name), id: 1n, type, node, fault: null, target: null };
  return { entry, folders: null };
}

/** What they are called. */
export const namesOf = (items) => items.map(({ entry }) => entry.name.text);
