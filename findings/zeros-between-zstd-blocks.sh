#!/usr/bin/env bash
# Zeros between two blocks of a zstd frame are nothing, however many they are.
#
# One would guess that 60,000 zeros in the middle of a .zst are damage, and that a
# decoder stops at them. They are 20,000 blocks: three zero bytes are the header of
# a raw block of no bytes that is not the last (RFC 8878, 3.1.1.2). The checksum is
# over the contents, so it agrees as well. Who looks for what is wrong with a file,
# and counts the block headers that make sense, must not count these.
#
# Seen on Debian 12, amd64: zstd 1.5.4, fzstd 0.1.1 (npm), zstandard 0.23.0 (PyPI)
# all give the same bytes as from the file without the zeros, and none says a word.
# With one zero more, which is no multiple of three, zstd fails.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q zstd=1.5.4+dfsg2-5 >/dev/null
dpkg -x ./zstd_*.deb root
npm install --silent --no-audit --no-fund --prefix . fzstd@0.1.1 >/dev/null
python3 -m venv venv
venv/bin/pip install --quiet zstandard==0.23.0

# Bytes that do not compress, so that the blocks are raw ones of 128 KiB.
python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(400000))' > data
root/usr/bin/zstd -q data
python3 - <<'END'
packed = open("data.zst", "rb").read()
flags = packed[4]
single, size_bytes = flags >> 5 & 1, (flags >> 5 & 1, 2, 4, 8)[flags >> 6]
first = 5 + (1 - single) + size_bytes
header = int.from_bytes(packed[first : first + 3], "little")
assert header >> 1 & 3 == 0 and header >> 3 == 131072, "a raw block of 128 KiB"
behind = first + 3 + (header >> 3)
for count in (60000, 60001):
    with open(f"zeros-{count}.zst", "wb") as file:
        file.write(packed[:behind] + bytes(count) + packed[behind:])
END

wrong=0
same() {
    if cmp -s "$2" data; then echo "$1: the same bytes, without a word"; else echo "changed: $1"; wrong=1; fi
}
said=$(root/usr/bin/zstd -q -d -c zeros-60000.zst 2>&1 >out || true)
[ -z "$said" ] || { echo "changed: zstd says $said"; wrong=1; }
same "zstd -d" out
node -e 'const fs = require("fs"); fs.writeFileSync("out", require("fzstd").decompress(fs.readFileSync("zeros-60000.zst")))'
same fzstd out
venv/bin/python -c 'import zstandard; open("out", "wb").write(zstandard.ZstdDecompressor().decompress(open("zeros-60000.zst", "rb").read()))'
same zstandard out
if root/usr/bin/zstd -q -d -c zeros-60001.zst >out 2>said; then
    echo "changed: a zero more is taken as well"
    wrong=1
else
    echo "zstd -d, a zero more: $(cat said)"
fi
exit "$wrong"
