#!/bin/sh
# Installs the packages that a build needs in addition to Swift. quickstart.sh and Tests/run.sh call it. If nothing is
# missing, it does nothing. Headers in other places, such as those of conda, are found through CPATH or pkg-config.
set -eu

say() { printf '%s\n' "$*" >&2; }

if ! command -v swift >/dev/null 2>&1; then
    say "Swift is not on the PATH. Batchkeep needs Swift 6.3 or later: see https://www.swift.org/install"
    exit 1
fi
swift_version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
case $swift_version in
    '')
        say "$(command -v swift) is not the Swift compiler. OpenStack has a program with the same name."
        say "Put the folder of Swift 6.3 or later first: PATH=/path/to/swift/usr/bin:\$PATH"
        exit 1
        ;;
    [0-5].* | 6.[0-2])
        say "This is Swift $swift_version. Batchkeep needs Swift 6.3 or later: see https://www.swift.org/install"
        exit 1
        ;;
esac

if [ "$(uname -s)" = Darwin ]; then
    command -v apt-get >/dev/null 2>&1 ||
        say "macOS includes zlib and SQLite. To install the faster compressor: brew install libdeflate"
    exit 0
fi

# Swift includes clang.
compiler=
for name in clang cc gcc; do
    [ -n "$compiler" ] || compiler=$(command -v "$name" 2>/dev/null || true)
done

# Whether a program of three lines with this header and library can be linked.
compiles() {
    [ -n "$compiler" ] || return 1
    flags=$(pkg-config --cflags --libs "$4" 2>/dev/null || true)
    # shellcheck disable=SC2086 # a list of flags
    printf '#include <%s>\nint main(void)\n{ return %s() == 0; }\n' "$1" "$2" 2>/dev/null |
        "$compiler" -x c - -o /dev/null $flags "$3" 2>/dev/null
}

installed() {
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=
want() {
    if ! installed "$1" && ! compiles "$2" "$3" "$4" "$5"; then
        say "Missing: $1, $6"
        missing="$missing $1"
    fi
}
# zlib1g-dev is what Debian and Ubuntu install for libz-dev.
want zlib1g-dev zlib.h zlibVersion -lz zlib "the header of zlib (libz-dev), to read and write archives"
want libsqlite3-dev sqlite3.h sqlite3_libversion -lsqlite3 sqlite3 "the header of SQLite, for the catalog"

optional=
if ! installed libdeflate0 && ! ldconfig -p 2>/dev/null | grep -q 'libdeflate\.so\.0'; then
    optional=libdeflate0
fi
[ -n "$missing$optional" ] || exit 0

ways_without_root() {
    say "Without root, one of these helps:"
    say "  conda install zlib sqlite libdeflate"
    say "  export CPATH=\$CONDA_PREFIX/include LIBRARY_PATH=\$CONDA_PREFIX/lib LD_LIBRARY_PATH=\$CONDA_PREFIX/lib"
    say "or a program that was built elsewhere: BATCHKEEP_BINARY=./batchkeep sh pipelines/quickstart.sh"
}

if ! command -v apt-get >/dev/null 2>&1; then
    [ -n "$missing" ] || exit 0
    say "This is neither Debian nor Ubuntu, so nothing is installed. As root:"
    say "  Fedora: dnf install zlib-devel sqlite-devel libdeflate"
    say "  Arch:   pacman -S zlib sqlite libdeflate"
    say "  Alpine: apk add zlib-dev sqlite-dev libdeflate"
    say "libdeflate is optional and makes compression about three times as fast."
    ways_without_root
    # Without a compiler, nothing was checked.
    [ -z "$compiler" ] || exit 1
    exit 0
fi

as_root=
if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null 2>&1; then
        # An optional package is not worth a question for a password.
        if [ -z "$missing" ] && ! sudo -n true 2>/dev/null; then
            say "Optional, for faster compression: sudo apt-get install $optional"
            exit 0
        fi
        as_root=sudo
    elif [ -z "$missing" ]; then
        say "Optional, for faster compression, as root: apt-get install $optional"
        exit 0
    else
        say "To install them, run as root: apt-get install$missing${optional:+ $optional}"
        ways_without_root
        exit 1
    fi
fi

apt() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" >&2
}
say "Installing$missing${optional:+ $optional} with apt-get${as_root:+ and sudo}."
if [ -z "$missing" ]; then
    apt update || true
else
    apt update
    # shellcheck disable=SC2086 # a list of package names
    apt install --no-install-recommends $missing
fi
if [ -n "$optional" ] && ! apt install --no-install-recommends "$optional"; then
    say "$optional was not installed. It is optional and makes compression about three times as fast."
fi
