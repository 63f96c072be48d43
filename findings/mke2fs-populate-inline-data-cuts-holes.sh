#!/usr/bin/env bash
# mke2fs 1.47.0 makes files shorter that end in a hole, when it fills an ext4 with
# inline_data from a folder.
#
# One would guess that the size of a file is taken from the folder, whatever the features:
# without inline_data it is. With it, a file that has data and then a hole gets the size up
# to the end of its last data, so its last bytes are missing, here all but 12 KiB of 68 MiB.
# A file that is nothing but a hole keeps its size, and becomes an inline one of 3,000,000
# bytes, where inline data has 160 at most. mke2fs warns of nothing, ends with 0, and e2fsck
# calls the result clean. Who makes test images this way blames the reader.
#
# Seen with Debian 12's packages, amd64.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q e2fsprogs=1.47.0-2+b2 libext2fs2=1.47.0-2+b2 >/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/x86_64-linux-gnu"
export PATH="$folder/root/sbin:$PATH"

mkdir in
head -c 12288 /dev/zero | tr '\0' x > in/tail
truncate -s 71000001 in/tail
truncate -s 3000000 in/hole

for feature in inline_data ^inline_data; do
  rm -f image
  mke2fs -q -t ext4 -O "$feature" -d in image 32M >/dev/null 2>&1
  e2fsck -fn image >/dev/null 2>&1
  for name in tail hole; do
    told=$(debugfs -R "stat $name" image 2>/dev/null)
    size=$(sed -n 's/.*Size: \([1-9][0-9]*\)$/\1/p' <<<"$told")
    flags=$(sed -n 's/.*Flags: \(0x[0-9a-f]*\)$/\1/p' <<<"$told")
    echo "$feature $name: $size of $(stat -c %s in/$name) bytes, flags $flags"
  done
done | tee seen
diff seen - <<'END' || { echo changed; exit 1; }
inline_data tail: 12288 of 71000001 bytes, flags 0x80000
inline_data hole: 3000000 of 3000000 bytes, flags 0x10000000
^inline_data tail: 71000001 of 71000001 bytes, flags 0x80000
^inline_data hole: 3000000 of 3000000 bytes, flags 0x80000
END
