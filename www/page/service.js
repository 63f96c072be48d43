/**
 * The Service Worker and the page: the page begins once it is in charge, and a newer
 * one takes over when it is asked to.
 */
import { addressOf, hasService, scriptOf } from "./threads.js";

/** @typedef {import("../shared/messages.js").Policy} Policy */
/** @typedef {import("../shared/messages.js").ToServiceWorker} ToServiceWorker */

/** Marks a visit that was loaded anew for this already. */
const AGAIN = "loaded again for the Service Worker";
/** A browser that has not installed it by then may never do so: the page begins without. */
const PATIENCE_MS = 20_000;

const services = hasService ? navigator.serviceWorker : undefined;
/** Whether it has answered for this very page: later it may claim one that it has not. */
const wasInCharge = services?.controller?.scriptURL === addressOf("service");
/** @type {ServiceWorkerRegistration | null} */
let registration = null;

/**
 * Whether the page may begin. If not, it is being loaded again, so that it and all its
 * threads come from the Service Worker, with the policy. Where there can be none, it
 * begins without.
 */
export async function mayBegin() {
  registration = await Promise.race([registered().catch(() => null), outOfPatience()]);
  if (registration && !wasInCharge && history.state !== AGAIN) {
    history.replaceState(AGAIN, "");
    location.reload();
    return false;
  }
  history.replaceState(null, "");
  return true;
}

/** Null where there is no Service Worker. */
export function service() {
  return registration;
}

/**
 * What the Service Worker finds of its own policy; null where there is none.
 * @returns {Promise<Policy | null>}
 */
export async function policyOfService() {
  const active = registration?.active;
  return active ? /** @type {Promise<Policy>} */ (ask(active, "policy")) : null;
}

/** @param {() => void} onReplaced a newer version has taken over, here or in another window */
export function watchForReplaced(onReplaced) {
  if (wasInCharge) services?.addEventListener("controllerchange", onReplaced);
}

/** @param {() => void} onFound a newer version of the page is at hand */
export function watchForNewer(onFound) {
  if (!registration || !wasInCharge) return;
  const tell = () => registration?.waiting && onFound();
  const watch = () => registration?.installing?.addEventListener("statechange", tell);
  tell();
  watch();
  registration.addEventListener("updatefound", watch);
}

/** Lets the newer version take over; false while a window is still saving. */
export async function takeNewer() {
  const { active, waiting } = registration ?? {};
  if (!active || !waiting) return true;
  if (!(await ask(active, "may-hand-over"))) return false;
  waiting.postMessage(/** @type {ToServiceWorker} */ ({ kind: "take-over" }));
  return true;
}

/** Resolves with the one that is at work. */
async function registered() {
  if (!services) return null;
  const registering = services.register(scriptOf("service"), { updateViaCache: "none" });
  registering.catch(() => {});
  // One that has answered for this page is there, whatever becomes of its server.
  const present = wasInCharge ? await services.getRegistration() : undefined;
  if (present) return present;
  const found = await registering;
  await activated(found);
  return found;
}

/** @returns {Promise<null>} */
function outOfPatience() {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
}

/** @param {ServiceWorkerRegistration} found */
function activated(found) {
  const worker = found.installing ?? found.waiting;
  if (found.active || !worker) return;
  return new Promise((resolve, reject) => {
    worker.addEventListener("statechange", () => {
      if (worker.state === "activated") resolve(undefined);
      if (worker.state === "redundant") reject(new Error("it could not be installed"));
    });
  });
}

/**
 * @param {ServiceWorker} worker
 * @param {"policy" | "may-hand-over"} kind
 * @returns {Promise<unknown>}
 */
function ask(worker, kind) {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage(/** @type {ToServiceWorker} */ ({ kind, reply: port2 }), [port2]);
  return answer;
}
