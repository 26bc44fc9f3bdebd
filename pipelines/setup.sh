#!/bin/sh
# Installs the packages that a build needs in addition to Swift. quickstart.sh and Tests/run.sh call it. If all packages
# are installed, it does nothing.
set -eu

say() { printf '%s\n' "$*" >&2; }

if ! command -v swift >/dev/null 2>&1; then
    say "Swift is not on the PATH. Batchkeep needs Swift 6.3 or later: see https://www.swift.org/install"
    exit 1
fi
swift_version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
case $swift_version in
    [0-5].* | 6.[0-2])
        say "This is Swift $swift_version. Batchkeep needs Swift 6.3 or later: see https://www.swift.org/install"
        exit 1
        ;;
esac

if ! command -v apt-get >/dev/null 2>&1; then
    case $(uname -s) in
        Darwin) say "macOS includes zlib and SQLite. To install the faster compressor: brew install libdeflate" ;;
        *)
            say "This is neither Debian nor Ubuntu, so nothing is installed. A build needs the development files of"
            say "zlib and SQLite. libdeflate is optional and makes compression about three times as fast."
            ;;
    esac
    exit 0
fi

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
want() {
    if ! installed "$1"; then
        say "Missing: $1, $2"
        missing="$missing $1"
    fi
}
# zlib1g-dev is what Debian and Ubuntu install for libz-dev.
want zlib1g-dev "the header of zlib (libz-dev), to read and write archives"
want libsqlite3-dev "the header of SQLite, for the catalog"
want libdeflate0 "a faster compressor, loaded at run time if it is installed"
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        say "To install them, run as root: apt-get install$missing"
        exit 1
    fi
    as_root=sudo
fi

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >&2
}
say "Installing$missing with apt-get${as_root:+ and sudo}."
apt update
# shellcheck disable=SC2086 # a list of package names
apt install --no-install-recommends $missing
