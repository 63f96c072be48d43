#!/usr/bin/env python3
"""Lists a mounted tree: one line of tab-separated fields for each path.

type, mode, user, group, size, seconds and nanoseconds of its last change, names, SHA-256 or
the target of a link or the numbers of a device, extended attributes, path.
"""

import hashlib
import os
import stat
import sys

TYPES = {
    stat.S_IFREG: "file",
    stat.S_IFDIR: "directory",
    stat.S_IFLNK: "link",
    stat.S_IFBLK: "block",
    stat.S_IFCHR: "character",
    stat.S_IFIFO: "fifo",
    stat.S_IFSOCK: "socket",
}


def line(path, shown):
    data = os.lstat(path)
    kind = TYPES[stat.S_IFMT(data.st_mode)]
    what = "-"
    if kind == "file":
        with open(path, "rb") as file:
            what = hashlib.file_digest(file, "sha256").hexdigest()
    elif kind == "link":
        what = os.readlink(path)
    elif kind in ("block", "character"):
        what = f"{os.major(data.st_rdev)}:{os.minor(data.st_rdev)}"
    try:
        names = sorted(os.listxattr(path, follow_symlinks=False))
    except OSError:
        # A file system that has none.
        names = []
    values = (f"{name}={os.getxattr(path, name, follow_symlinks=False).hex()}" for name in names)
    fields = [
        kind,
        f"{stat.S_IMODE(data.st_mode):o}",
        data.st_uid,
        data.st_gid,
        data.st_size,
        f"{data.st_mtime_ns // 10**9}.{data.st_mtime_ns % 10**9:09}",
        data.st_nlink,
        what,
        ",".join(values) or "-",
        shown,
    ]
    return "\t".join(map(str, fields))


def main(root):
    lines = []
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            lines.append(line(path, os.path.relpath(path, root)))
    print("\n".join(sorted(lines, key=lambda line: line.rsplit("\t", 1)[1])))


main(sys.argv[1])
