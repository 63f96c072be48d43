/**
 * What goes on around what is open, as a part of the page's state: what the browser can do,
 * what is stored in it, newer versions of the page. Pure.
 */

/** @typedef {import("./model.js").PageEvent} PageEvent */
/** @typedef {import("./model.js").Save} Save */
/** @typedef {import("./model.js").State} State */

/**
 * @param {State} state
 * @param {PageEvent} event
 * @returns {State}
 */
export function changedAround(state, event) {
  switch (event.type) {
    case "abilities-known":
      return { ...state, abilities: event.abilities };
    case "room-measured":
      return { ...state, abilities: state.abilities && { ...state.abilities, ...event.room } };
    case "keeping-wanted":
      return kept(state, event.wanted);
    case "recent-wanted":
      return { ...state, recent: { wanted: event.wanted, list: [] } };
    case "recent-listed":
      return { ...state, recent: { ...state.recent, list: state.recent.wanted ? event.list : [] } };
    case "kept-counted":
      return { ...state, keeping: { ...state.keeping, usage: event.usage } };
    case "stored-counted":
      return { ...state, stored: event.stored };
    case "staged-removed":
      return { ...state, saves: state.saves.map((save) => unstaged(save, event.id)) };
    case "remove-all-wanted":
      // From here on no name is written down that would outlive it.
      return { ...state, recent: { wanted: false, list: [] } };
    case "all-removed":
      return removed(state, event.stored);
    case "policy-found":
      return { ...state, policies: { ...state.policies, [event.thread]: event.policy } };
    case "asked-elsewhere":
      return {
        ...state,
        askedElsewhere: state.askedElsewhere + event.count,
        askedOfOwn: state.askedOfOwn + event.ofOwn,
      };
    case "newer-changed":
      return { ...state, newer: event.newer };
    default:
      return state;
  }
}

/**
 * Where no scans are kept, names of files are not either.
 * @param {State} state
 * @param {boolean} wanted
 */
function kept(state, wanted) {
  const recent = wanted ? state.recent : { wanted: false, list: [] };
  return { ...state, keeping: { ...state.keeping, wanted }, recent };
}

/**
 * From here on nothing is kept, and without the Service Worker nothing streams.
 * @param {State} state
 * @param {import("./model.js").Stored} stored
 * @returns {State}
 */
function removed(state, stored) {
  const { abilities, saves } = state;
  return {
    ...state,
    stored,
    removed: true,
    keeping: { wanted: false, usage: { count: 0, bytes: 0 } },
    recent: { wanted: false, list: [] },
    saves: saves.map((save) => ({ ...save, file: { ...save.file, unstaged: true } })),
    abilities: abilities && { ...abilities, serviceWorker: false },
  };
}

/**
 * @param {Save} save
 * @param {string} id
 * @returns {Save}
 */
function unstaged(save, id) {
  return save.id === id ? { ...save, file: { ...save.file, unstaged: true } } : save;
}
