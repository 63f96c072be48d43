/** The one live region: says changes of state to those who cannot see them. */
import { byId, whenChanged } from "../dom.js";

export function liveView() {
  const region = byId("live");
  return whenChanged(
    ({ announcement }) => [announcement],
    ({ text, serial }) => {
      // The same words twice in a row are not a change, but this is.
      region.textContent = serial % 2 === 0 ? text : `${text}\u00a0`;
    },
  );
}
