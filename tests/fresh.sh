#!/usr/bin/env bash
# fresh.sh: the promise of the README, on a new machine: a minimal Debian 12 made with debootstrap in
# a folder, plus git, make and gcc; in it a clone of this repository's HEAD, `make demo`, `make test`,
# and nothing else. Needs root and debootstrap. Not part of `make test`.
#
#   tests/fresh.sh [FOLDER]    FOLDER is made, and kept; without it a temporary one, removed again
#   DEBIAN_MIRROR=URL          where debootstrap gets its packages, if not from its default
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" -eq 0 ] || { echo "fresh.sh: debootstrap and chroot need root" >&2; exit 1; }
command -v debootstrap > /dev/null ||
    { echo "fresh.sh: debootstrap is missing; apt-get install debootstrap" >&2; exit 1; }

if [ $# -gt 0 ]; then
    root=$1
    [ ! -e "$root" ] || { echo "fresh.sh: $root exists; name a new folder" >&2; exit 1; }
    keep=yes
else
    root=$(mktemp -d)
    keep=
fi

mounted=
clean_up() {
    [ -z "$mounted" ] || umount -l "$root/dev/pts" "$root/dev" "$root/proc"
    [ -n "$keep" ] || rm -rf --one-file-system "$root"
}
trap clean_up EXIT

debootstrap --variant=minbase --include=git,make,gcc,libc6-dev,ca-certificates bookworm "$root" \
    ${DEBIAN_MIRROR-} > /dev/null
# The way to the network is this machine's: apt's configuration, certificates, name servers.
cp -r /etc/apt/apt.conf.d/. "$root/etc/apt/apt.conf.d/"
cp /etc/resolv.conf "$root/etc/resolv.conf"
git clone --quiet . "$root/root/ordo"

mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount --bind /dev/pts "$root/dev/pts"
mounted=yes
enter() {
    chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb \
        sh -c "cd /root/ordo && $1"
}

echo "packages at first: $(chroot "$root" dpkg-query -f '.' -W | wc -c)"
echo "\$ make demo"
enter "make demo"
echo "\$ make test"
enter "make test"
