/** What a disk begins like, before it is saved. */
import { isFault } from "../../shared/failure.js";
import { nextTurn } from "../turn.js";
import { BEGINNING_BYTES, formatOf } from "./beginning.js";

/** @typedef {import("../session.js").Session} Session */

/** Calls, for one archive, that unpack on the way to where its disks begin. */
const CALLS_MAX = 64;

/** Bytes that one of them reads and unpacks. */
const WORK_PER_CALL = 8n << 20n;

/** Calls that were made for each archive. @type {WeakMap<Session, number>} */
const calls = new WeakMap();

/**
 * The format that a disk begins like; null also where that is not known:
 * nothing is unpacked for it once more, or for long.
 * @param {Session} session
 * @param {number} deviceId
 */
export async function beginsLike(session, deviceId) {
  const { archive, compressed, kept } = session;
  if (archive.isZero(deviceId, 0, BEGINNING_BYTES)) return null;
  if (compressed && (kept || !(await approached(session, deviceId)))) return null;
  try {
    return formatOf(archive.imageRead(deviceId, 0, BEGINNING_BYTES, "as-it-is"));
  } catch (error) {
    if (isFault(error)) throw error;
    // The scan has not come there, say: the save itself tells what it began like.
    return null;
  }
}

/**
 * Whether a disk's beginning can be read at once, after some work.
 * @param {Session} session
 * @param {number} deviceId
 */
async function approached(session, deviceId) {
  const { archive } = session;
  const disk = archive.diskBytes(deviceId, "as-it-is", false, false);
  const bytes = disk?.bytes();
  try {
    for (;;) {
      const made = calls.get(session) ?? 0;
      if (made >= CALLS_MAX) return false;
      calls.set(session, made + 1);
      if (!bytes || bytes.approach(0n, BigInt(BEGINNING_BYTES), WORK_PER_CALL)) return true;
      await nextTurn();
    }
  } finally {
    bytes?.free();
    disk?.free();
  }
}
