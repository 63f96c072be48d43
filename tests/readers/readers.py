"""Reads disks out of files through dissect.hypervisor.

Each line of the input is LIBRARY, FILE and ranges START+LENGTH, with tabs between
them. Each is answered by a line: the size of the disk in bytes, and the SHA-256 of
those ranges, one behind the other; or what went wrong.
"""

import hashlib
import sys
from pathlib import Path

from dissect.hypervisor.disk import qcow2, vdi, vhd, vhdx, vmdk


MIB = 1 << 20


class Vmdk:
    """By sectors: its read() asks for more than there is at the end."""

    def __init__(self, path):
        self.disk = vmdk.VMDK(path)
        self.size = self.disk.sector_count * 512

    def read(self, offset, length):
        assert offset % 512 == 0 and length % 512 == 0
        return self.disk.read_sectors(offset // 512, length // 512)


class Stream:
    def __init__(self, disk):
        self.disk = disk
        self.size = disk.size

    def read(self, offset, length):
        self.disk.seek(offset)
        return self.disk.read(length)


def opened(path):
    kinds = {
        ".qcow2": lambda: Stream(qcow2.QCow2(path).open()),
        ".vdi": lambda: Stream(vdi.VDI(path).open()),
        ".vhd": lambda: Stream(vhd.VHD(path.open("rb"))),
        ".vhdx": lambda: Stream(vhdx.VHDX(path)),
        ".vmdk": lambda: Vmdk(path),
    }
    return kinds[path.suffix]()


def answer(path, ranges):
    disk = opened(Path(path))
    digest = hashlib.sha256()
    for text in ranges:
        start, length = map(int, text.split("+"))
        at, end = start, start + length
        while at < end:
            # No read goes beyond a MiB, and so none beyond a block: version 3.21 reads on
            # behind the block of a VHDX, where a read starts within it and ends in the next.
            count = min(MIB - at % MIB, end - at)
            data = disk.read(at, count)
            assert len(data) == count, f"{len(data)} of {count} bytes at {at}"
            digest.update(data)
            at += count
    return f"{disk.size} {digest.hexdigest()}"


for line in sys.stdin:
    library, path, *ranges = line.rstrip("\n").split("\t")
    try:
        assert library == "dissect"
        said = answer(path, ranges)
    except Exception as error:
        said = f"failed: {error!r}".replace("\n", " ")
    print(said, flush=True)
