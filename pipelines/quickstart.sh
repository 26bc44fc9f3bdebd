#!/bin/sh
# From a fresh clone to an archive: installs packages, builds, starts the built-in simulator with samples/, exports its
# batches and joins them with their requests.
#
#   sh pipelines/quickstart.sh [ARCHIVE]
#
# The default of ARCHIVE is ./archive. A second run finds nothing new. With BATCHKEEP_BINARY, the path of a built program,
# nothing is installed or built.
set -eu
# The paths are relative to the current folder of the caller.
archive=${1:-}
case $archive in
    '' | /*) ;;
    *) archive=$(pwd)/$archive ;;
esac
batchkeep=${BATCHKEEP_BINARY:-}
case $batchkeep in
    '' | /*) ;;
    *) batchkeep=$(pwd)/$batchkeep ;;
esac
cd "$(dirname "$0")/.."
archive=${archive:-archive}

say() { printf '%s\n' "$*"; }
# Prints a word for a command line.
quoted() {
    case $1 in
        *[!A-Za-z0-9._/:=@-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s' "$1" ;;
    esac
}

if [ -z "$batchkeep" ]; then
    sh pipelines/setup.sh
    say "Building. On two cores, the first build takes 10 to 15 minutes. It needs 1 GB in .build."
    # Without debug information, the program is half as large.
    swift build -c release --product batchkeep -debug-info-format none
    batchkeep=$(swift build -c release --show-bin-path)/batchkeep
elif [ ! -f "$batchkeep" ] || [ ! -x "$batchkeep" ]; then
    say "error: invalid BATCHKEEP_BINARY: '$BATCHKEEP_BINARY' is not an executable file" >&2
    exit 2
fi

scratch=$(mktemp -d)
simulator=
stop() {
    [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# When the simulator listens, it writes its base URL as the first line. Reading from the pipe waits for that.
mkfifo "$scratch/url"
"$batchkeep" simulate --samples samples --port 0 >"$scratch/url" &
simulator=$!
if ! read -r base_url <"$scratch/url"; then
    say "The simulator did not start." >&2
    exit 1
fi

say ""
say "The simulator serves samples/ at $base_url. Exporting its batches:"
say "  batchkeep export --since 2024-08-01 --status ended --report --archive $(quoted "$archive")"
say ""
# The simulator accepts any key. Do not send it a real one.
unset ANTHROPIC_AUTH_TOKEN
status=0
ANTHROPIC_BASE_URL=$base_url ANTHROPIC_API_KEY=any-key-will-do \
    "$batchkeep" export --since 2024-08-01 --status ended --report --archive "$archive" || status=$?
[ "$status" -eq 0 ] || exit "$status"

# samples/requests has the requests of five batches. Custom IDs are unique only within a batch, so each file is named
# after the ID of its batch.
mkdir "$scratch/requests"
for file in samples/requests/*; do
    name=${file##*/}
    id=$(sed -n 's/.*"id": *"\(msgbatch_[A-Za-z0-9]*\)".*/\1/p' "samples/batches/${name%%.*}.json" | head -n 1)
    cp "$file" "$scratch/requests/$id.jsonl"
done
say ""
say "Joining the requests with their results, offline:"
say "  batchkeep join --join 'requests/{batch_id}.jsonl' --archive $(quoted "$archive")"
"$batchkeep" join --join "$scratch/requests/{batch_id}.jsonl" --archive "$archive" || exit $?

say ""
say "The files, by day of creation:"
for kind in raw results joined manifests; do
    # shellcheck disable=SC2012 # these names have no blanks
    first=$(ls -d "$archive/$kind"/date=*/* | head -n 1)
    say "  $first and $(($(find "$archive/$kind" -type f | wc -l) - 1)) more"
done
say ""
say "Next steps:"
say "  zcat $(quoted "$archive")/results/date=*/*.gz | head -n 2"
say "  (cd $(quoted "$archive") && sha256sum -c --quiet SHA256SUMS) && echo undamaged"
say "  $(quoted "$batchkeep") summarize --by month --archive $(quoted "$archive")"
say "  ANTHROPIC_API_KEY=... $(quoted "$batchkeep") export --since 7d --archive mine"
say ""
say "Report page: $archive/report.html"
say ""
say "To use batchkeep without its path (~/.local/bin must be on the PATH):"
say "  mkdir -p ~/.local/bin && install -m 755 $(quoted "$batchkeep") ~/.local/bin/batchkeep"
