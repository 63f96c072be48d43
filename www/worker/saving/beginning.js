/**
 * What a raw disk begins like. A guest can write the header of another format into
 * its first sector; a program that guesses formats then believes the header, which
 * may name files of that program's computer.
 */
/** @typedef {import("./sinks.js").Sink} Sink */

/** As much as QEMU looks at to guess a format. */
export const BEGINNING_BYTES = 512;

/**
 * What QEMU and libvirt know formats by, but for VMDK's text and the versions of
 * qcow. DMG has nothing at its beginning.
 * @type {[format: string, offset: number, magic: string][]}
 */
const MAGICS = [
  ["qcow2", 0, "QFI\xfb"],
  ["QED", 0, "QED\0"],
  ["VMDK", 0, "KDMV"],
  ["VMDK", 0, "COWD"],
  ["VMDK", 0, "# Disk DescriptorFile"],
  ["VDI", 64, "\x7f\x10\xda\xbe"],
  ["VHDX", 0, "vhdxfile"],
  ["VHD", 0, "conectix"],
  ["LUKS", 0, "LUKS\xba\xbe"],
  ["Parallels", 0, "WithoutFreeSpace"],
  ["Parallels", 0, "WithouFreSpacExt"],
  ["Bochs", 0, "Bochs Virtual HD Image"],
  ["cloop", 0, "#!/bin/sh\n#V2.0 Format\nmodprobe cloop"],
];

/** A text that QEMU takes for VMDK's: comments and blank lines, then a version. */
const VMDK_TEXT = /^(#[^\n]*\n| +\r?\n)*version=[123]\r?\n/;

/**
 * The format that a program would take these bytes of a disk's beginning for; null
 * if that is none.
 * @param {Uint8Array} bytes
 */
export function formatOf(bytes) {
  const text = String.fromCharCode(...bytes.subarray(0, BEGINNING_BYTES));
  const [format = null] = MAGICS.find(([, at, magic]) => text.startsWith(magic, at)) ?? [];
  if (format === "qcow2" && text.startsWith("\0\0\0\x01", 4)) return "qcow";
  return format ?? (VMDK_TEXT.test(text) ? "VMDK" : null);
}

/** The beginning of a file that is written, in whatever order. */
export class Beginning {
  #bytes = new Uint8Array(BEGINNING_BYTES);

  get format() {
    return formatOf(this.#bytes);
  }

  /**
   * A sink of which the beginning is noted.
   * @param {Sink} sink
   * @returns {Sink}
   */
  of(sink) {
    return {
      write: async (offset, bytes, giveBack) => {
        await this.#note(offset, bytes);
        return sink.write(offset, bytes, giveBack);
      },
      commit: (size) => sink.commit(size),
      discard: (error) => sink.discard(error),
      ...(sink.copy && { copy: () => sink.copy?.() ?? Promise.resolve(null) }),
    };
  }

  /**
   * @param {number} offset
   * @param {Uint8Array | Blob} bytes
   */
  async #note(offset, bytes) {
    const room = BEGINNING_BYTES - offset;
    if (room <= 0) return;
    const part =
      bytes instanceof Blob
        ? new Uint8Array(await bytes.slice(0, room).arrayBuffer())
        : bytes.subarray(0, room);
    this.#bytes.set(part, offset);
  }
}
