#!/usr/bin/env bash
# What the usual unpackers make of a few bytes behind sound packed data.
#
# One would guess that they agree: all of the data came out, so either all of
# them warn and succeed, or all of them fail. In a pipe under "pipefail" only the
# exit code counts, and there is no rule that holds for two of the four:
#
# * gzip 1.12: one byte that is not zero is an "unexpected end of file", exit 1;
#   two such bytes are "trailing garbage ignored", exit 2. Zeros are silent, 0.
# * bzip2 1.0.8: anything warns and exits 0, zeros too - but for a lone "B", which
#   is the start of another stream: exit 2.
# * lzop 1.04: other bytes warn and exit 2. Zeros are silent, 0; but a whole second
#   file behind zeros is garbage, exit 2, while right behind the first it is read.
# * zstd 1.5.4: everything fails with exit 1, zeros too. From four bytes on the
#   message is another ("unsupported format" in place of "unknown header").
#
# In every case the data in front come out whole. Seen on Debian 12, amd64.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q gzip=1.12-1 bzip2=1.0.8-5+b1 lzop=1.04-2 zstd=1.5.4+dfsg2-5 \
    libbz2-1.0=1.0.8-5+b1 liblzo2-2=2.10-2 >/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
export LD_LIBRARY_PATH="$folder/root/lib/x86_64-linux-gnu:$folder/root/usr/lib/x86_64-linux-gnu"
declare -A program=([gzip]=root/bin/gzip [bzip2]=root/bin/bzip2 [lzop]=root/usr/bin/lzop [zstd]=root/usr/bin/zstd)

seq 20000 > data
for name in gzip bzip2 lzop zstd; do "${program[$name]}" -c data > "packed.$name"; done

wrong=0
# expect PROGRAM EXIT WORDS, with what stands behind on standard input
expect() {
    cat "packed.$1" - > with-tail
    local code=0
    "${program[$1]}" -dc < with-tail > out 2> said || code=$?
    local words
    words=$(cat said)
    # No words are expected where it is silent.
    if [ "$code" != "$2" ] || [[ "$words" != *"$3"* ]] || { [ -z "$3" ] && [ -n "$words" ]; } || ! cmp -s <(head -c "$(stat -c %s data)" out) data; then
        echo "changed: $1 exits $code (was $2), says: $words"
        wrong=1
    else
        echo "$1: exit $code, $(tr '\n' ' ' < said)"
    fi
}

expect gzip 1 'unexpected end of file' < <(printf 'A')
expect gzip 2 'trailing garbage ignored' < <(printf 'AB')
expect gzip 0 '' < <(printf '\0')
expect bzip2 0 'trailing garbage after EOF ignored' < <(printf 'A')
expect bzip2 0 'trailing garbage after EOF ignored' < <(printf '\0\0\0\0')
expect bzip2 2 'ends unexpectedly' < <(printf 'B')
expect lzop 2 'ignoring trailing garbage' < <(printf 'A')
expect lzop 0 '' < <(printf '\0\0\0\0')
expect lzop 2 'ignoring trailing garbage' < <(printf '\0\0\0\0' && cat packed.lzop)
expect zstd 1 'unknown header' < <(printf '\0')
expect zstd 1 'unsupported format' < <(printf '\0\0\0\0')
exit "$wrong"
