/** What is loaded when bytes are first looked at. */
export { factsOf } from "./facts.js";
export { find } from "./find.js";
export { partOf } from "./part.js";
