/** Which addresses the page asks for backups: those of the server that it came from. */
import { failure, RemoteError } from "../shared/failure.js";

/**
 * An address of the page's own server; any other is a failure.
 * @param {string} address told from the page's own
 */
export function ownUrl(address) {
  const url = URL.canParse(address, document.baseURI) && new URL(address, document.baseURI);
  if (!url || url.origin !== location.origin || !/^https?:$/.test(url.protocol)) {
    throw new RemoteError(failure("remote-elsewhere", address));
  }
  // Nothing of these is asked for; a name with a password in it would not be asked at all.
  for (const part of /** @type {const} */ (["hash", "username", "password"])) url[part] = "";
  return url;
}
