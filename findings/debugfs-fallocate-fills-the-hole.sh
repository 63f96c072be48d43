#!/usr/bin/env bash
# debugfs 1.47.0 preallocates far beyond the block at which it was told to end.
#
# Its manual says that "fallocate FILE START END" maps the blocks from START to END, both
# included, and so one would make a file with many short unwritten extents by a call for
# each. Where a file has data behind a hole, though, the first call takes all of the hole
# from START on, up to that data: one block is asked for, 800 are mapped, in one extent. No
# message, and e2fsck calls the result clean. Calls from the highest block down at
# least give as many extents as there are calls, since each then ends at what the one before
# has mapped; blocks that stay holes between them cannot be had so. Who makes images to test a
# reader of extents would otherwise test one extent in place of hundreds.
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
truncate -s 4M in/file
printf x | dd of=in/file bs=4096 seek=900 conv=notrunc status=none

# What is mapped of the file after these calls: ranges of its blocks, [u] where unwritten.
mapped() {
  mke2fs -q -t ext4 -b 4096 -d in image 32M >/dev/null 2>&1
  printf '%s\n' "$@" | sed 's/^/fallocate file /' | debugfs -w -f - image >/dev/null 2>&1
  e2fsck -fn image >/dev/null 2>&1
  debugfs -R "stat file" image 2>/dev/null | grep -o '([0-9-]*\(\[u\]\)\?)' | paste -sd ' '
}

{
  echo "one block: $(mapped "100 100")"
  echo "upwards: $(mapped "100 100" "200 200" "300 300")"
  echo "downwards: $(mapped "300 300" "200 200" "100 100")"
} | tee seen
diff seen - <<'END' || { echo changed; exit 1; }
one block: (100-899[u]) (900)
upwards: (100-899[u]) (900)
downwards: (100-199[u]) (200-299[u]) (300-899[u]) (900)
END
