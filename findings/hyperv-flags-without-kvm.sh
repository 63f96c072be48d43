#!/usr/bin/env bash
# Of QEMU's flags for Hyper-V some are nothing without KVM, and one ends QEMU.
#
# One would guess that a command with "accel=kvm:tcg", which takes KVM where there is
# some and emulates where there is none, starts in both cases: flags of the processor
# that the emulation lacks are left out with a warning, and hv-relaxed, hv-time and
# others without one. With hv-vpindex QEMU ends, and blames a kernel that it was not
# to ask: "kernel doesn't allow setting HyperV VP_INDEX". Most of the newer flags need
# that one. So a command for Windows either asks for KVM or does without them.
#
# Seen on Debian 12, amd64: QEMU 7.2.22.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
command -v qemu-system-x86_64 >/dev/null || {
    apt-get update -qq && apt-get install -y -qq --no-install-recommends qemu-system-x86=1:7.2* >/dev/null
}
qemu-system-x86_64 --version | head -n 1

# Builds the machine, runs none of it, and ends.
builds() {
    printf '%s\n' '{"execute": "qmp_capabilities"}' '{"execute": "quit"}' |
        timeout 60 qemu-system-x86_64 -S -display none -nodefaults -qmp stdio \
            -machine pc,accel=tcg -cpu "$1" >out 2>said
}

wrong=0
if builds kvm64,hv-relaxed=on,hv-time=on,hv-vapic=on,hv-spinlocks=0x1fff; then
    echo "hv-relaxed, hv-time, hv-vapic, hv-spinlocks: the machine is built, without a word of them"
    ! grep -i hyperv said || { echo "changed: it says something of them"; wrong=1; }
else
    echo "changed: QEMU ends with these: $(cat said)"
    wrong=1
fi
if builds kvm64,hv-vpindex=on; then
    echo "changed: the machine is built with hv-vpindex"
    wrong=1
else
    echo "hv-vpindex: $(cat said)"
    grep -q VP_INDEX said || { echo "changed: another reason"; wrong=1; }
fi
exit "$wrong"
