# Read by deb.sh and tarball.sh, whose argument is the folder for the package, $output. Finds or builds the program, and
# makes the contents of a package in the folder $scratch: the stripped program, man pages, completions and notices.
# shellcheck shell=sh disable=SC2034 # the scripts read output and version

here=$(pwd)
output=${1:-.}
case $output in
    /*) ;;
    *) output=$here/$output ;;
esac
# The root of the repository.
cd "$(dirname "$0")/../.." || exit
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() {
    printf 'error: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2
    exit 2
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "cannot build a package: $1 is not installed" "apt-get install $2"
}

# Sets the variable program to BATCHKEEP_BINARY, a release build, or to a new build.
find_program() {
    program=${BATCHKEEP_BINARY:-}
    case $program in
        '')
            sh pipelines/setup.sh
            swift build -c release --product batchkeep -debug-info-format none >&2
            program=$(swift build -c release --show-bin-path)/batchkeep
            ;;
        /*) ;;
        *) program=$here/$program ;;
    esac
    if [ ! -f "$program" ] || [ ! -x "$program" ]; then
        fail "invalid BATCHKEEP_BINARY: '$BATCHKEEP_BINARY' is not an executable file"
    fi
    if objdump -p "$program" | grep -q 'NEEDED .*libswift'; then
        fail "invalid program: $program needs Swift's libraries at run time" \
            "swift build -c release --product batchkeep -debug-info-format none"
    fi
}

# Writes README and the pages about the use of the program into a folder, with links that work there.
documentation() {
    mkdir -p "$1"
    sed -e 's|Sources/BatchPipeline/BatchPipeline.docc/||g' -e '/^!\[/d' README.md >"$1/README.md"
    # Links name a page without its folder.
    for source in Sources/BatchPipeline/BatchPipeline.docc/*.md Sources/BatchPipeline/BatchPipeline.docc/*/*.md; do
        # <doc:Scale> is a link of DocC.
        sed 's|<doc:\([A-Za-z0-9-]*\)>|[\1](\1.md)|g' "$source" >"$1/${source##*/}"
    done
}

# Makes bin/batchkeep, man/*.1, completions/batchkeep.{bash,zsh,fish} and notices.txt in $scratch.
make_contents() {
    mkdir -p "$scratch/bin" "$scratch/completions"
    strip --strip-all --remove-section=.comment --remove-section=.note -o "$scratch/bin/batchkeep" "$program"
    program=$scratch/bin/batchkeep
    version=$("$program" --version)
    "$program" --experimental-dump-help | python3 pipelines/package/manual.py "$scratch/man"
    for shell in bash zsh fish; do
        "$program" completions "$shell" >"$scratch/completions/batchkeep.$shell"
    done
    "$program" licenses >"$scratch/notices.txt"
}
