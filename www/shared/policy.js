/** Which policy the browser enforces here: not read somewhere, but tried. */

/** Without a policy that stops it, this is answered inside the browser: nothing is sent. */
const HARMLESS = "data:,vma-inspector-policy-check";
/** The browser reports what it stopped at once, if at all. */
const SILENT_AFTER_MS = 2000;

/** @typedef {import("./messages.js").Policy} Policy */

/** What a policy says of connections. @type {Map<string, Policy>} */
const KNOWN = new Map([
  ["connect-src 'self'", "own-origin"],
  ["connect-src 'none'", "nowhere"],
]);

/**
 * Tries a connection that the page's policy forbids, in the thread that calls it.
 * @returns {Promise<Policy>}
 */
export async function policyHere() {
  const told = reported();
  const isStopped = await fetch(HARMLESS).then(
    () => false,
    () => true,
  );
  if (!isStopped) return "none";
  const policy = await Promise.race([told, silence()]);
  return KNOWN.get(connections(policy) ?? "") ?? "unknown";
}

/** The policy by which a connection was stopped, in the browser's words. */
function reported() {
  return new Promise((resolve) => {
    addEventListener("securitypolicyviolation", (event) => {
      const { effectiveDirective, blockedURI, originalPolicy } =
        /** @type {SecurityPolicyViolationEvent} */ (event);
      const isOurs = effectiveDirective === "connect-src" && blockedURI.startsWith("data");
      if (isOurs) resolve(originalPolicy);
    });
  });
}

function silence() {
  return new Promise((resolve) => setTimeout(() => resolve(""), SILENT_AFTER_MS));
}

/** @param {string} policy */
function connections(policy) {
  const directives = policy.split(";").map((each) => each.trim());
  return directives.find((each) => each.startsWith("connect-src"));
}
