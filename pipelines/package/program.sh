# Used by deb.sh and tarball.sh, in the root of the repository. Finds or builds the program, and makes what a package holds
# in the folder $scratch: the stripped program, man pages, completions and notices.
# shellcheck shell=sh disable=SC2034,SC2154 # the scripts define scratch and read version

fail() {
    printf 'error: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2
    exit 2
}

need() {
    command -v "$1" >/dev/null 2>&1 || fail "cannot build a package: $1 is not installed" "apt-get install $2"
}

# Sets the variable program to BATCHKEEP_BINARY, a static build that may be relative to $1, or to a new build.
find_program() {
    program=${BATCHKEEP_BINARY:-}
    case $program in
        '')
            sh pipelines/setup.sh
            swift build -c release --product batchkeep --static-swift-stdlib >&2
            program=$(swift build -c release --show-bin-path)/batchkeep
            ;;
        /*) ;;
        *) program=$1/$program ;;
    esac
    if [ ! -f "$program" ] || [ ! -x "$program" ]; then
        fail "invalid BATCHKEEP_BINARY: '$BATCHKEEP_BINARY' is not an executable file"
    fi
    if objdump -p "$program" | grep -q 'NEEDED .*libswift'; then
        fail "invalid program: $program needs Swift's libraries at run time" \
            "swift build -c release --product batchkeep --static-swift-stdlib"
    fi
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
