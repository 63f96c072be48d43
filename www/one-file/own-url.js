/** The page of one file asks no server for anything: its policy allows no connection. */
import { failure, RemoteError } from "../shared/failure.js";

/**
 * @param {string} address
 * @returns {URL}
 */
export function ownUrl(address) {
  throw new RemoteError(failure("remote-one-file", address));
}
