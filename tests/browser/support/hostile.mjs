// Archives that no writer of archives would write, byte by byte.

import { createHash } from "node:crypto";

const FIXED = 12_288;
const UUID = Buffer.from("a-hostile-backup");

/** @typedef {{ id: number, name: string, size: bigint }} Device */
/** @typedef {{ name: string, data: string | Uint8Array }} Config */

/**
 * A sound header, whatever the names and contents. What is the same stands in it
 * once, and is pointed to from several places.
 * @param {Device[]} devices
 * @param {Config[]} configs
 */
export function header(devices, configs) {
  const blobs = [Buffer.alloc(1)];
  const known = new Map();
  let end = 1;
  const add = (text) => {
    if (known.has(text)) return known.get(text);
    known.set(text, end);
    const bytes = Buffer.from(text);
    const blob = Buffer.alloc(2 + bytes.length);
    blob.writeUInt16LE(bytes.length);
    bytes.copy(blob, 2);
    blobs.push(blob);
    end += blob.length;
    return end - blob.length;
  };
  const fixed = Buffer.alloc(FIXED);
  fixed.write("VMA\0\0\0\0\x01", "latin1");
  UUID.copy(fixed, 8);
  configs.forEach(({ name, data }, index) => {
    fixed.writeUInt32BE(add(`${name}\0`), 2044 + 4 * index);
    fixed.writeUInt32BE(add(data), 3068 + 4 * index);
  });
  for (const { id, name, size } of devices) {
    fixed.writeUInt32BE(add(`${name}\0`), 4096 + 32 * id);
    fixed.writeBigUInt64BE(size, 4096 + 32 * id + 8);
  }
  const size = Math.ceil((FIXED + end) / 512) * 512;
  fixed.writeUInt32BE(FIXED, 48);
  fixed.writeUInt32BE(end, 52);
  fixed.writeUInt32BE(size, 56);
  const bytes = Buffer.concat([fixed, ...blobs], size);
  createHash("md5").update(bytes).digest().copy(bytes, 32);
  return bytes;
}

/**
 * A sound extent without data, all of whose slots are this one.
 * @param {{ device: number, cluster: number }} slot
 */
export function extent({ device, cluster }) {
  const bytes = Buffer.alloc(512);
  bytes.write("VMAE", "latin1");
  UUID.copy(bytes, 8);
  for (let at = 40; at < 512; at += 8) {
    bytes.writeUInt8(device, at + 3);
    bytes.writeUInt32BE(cluster, at + 4);
  }
  createHash("md5").update(bytes).digest().copy(bytes, 24);
  return bytes;
}

/**
 * A zstd frame of these bytes and then of `blocks` blocks, each of which stands
 * for 128 KiB of zeros in 4 bytes.
 * @param {Buffer} first at most 128 KiB
 * @param {number} blocks
 */
export function zstdBomb(first, blocks) {
  const block = (kind, size, last) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE((last ? 1 : 0) | (kind << 1) | (size << 3));
    return bytes.subarray(0, 3);
  };
  const zeros = Buffer.concat([block(1, 128 << 10, false), Buffer.alloc(1)]);
  const many = Buffer.alloc(4 * blocks, zeros);
  many.writeUInt8(many.readUInt8(many.length - 4) | 1, many.length - 4);
  // Magic; neither checksum nor content size; a window of 2 MiB.
  const frame = Buffer.from("28b52ffd0058", "hex");
  return Buffer.concat([frame, block(0, first.length, false), first, many]);
}
