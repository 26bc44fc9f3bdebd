#!/bin/sh
# From a fresh clone to an archive: sets up, builds, starts the built-in simulator on samples/, exports its batches and joins
# them with their requests.
#
#   sh pipelines/quickstart.sh [ARCHIVE]
#
# ARCHIVE is ./archive unless given. Run again, it finds nothing new.
set -eu
# Paths the caller gave are relative to where the caller stands.
archive=${1:-}
case $archive in
    '' | /*) ;;
    *) archive=$(pwd)/$archive ;;
esac
cd "$(dirname "$0")/.."
archive=${archive:-archive}

say() { printf '%s\n' "$*"; }

sh pipelines/setup.sh

say "Building. The first time this takes some ten minutes."
# With Swift's runtime inside, one file runs where there is no Swift, and starts in two thirds of the time. macOS has its own.
runtime=
[ "$(uname -s)" != Linux ] || runtime=--static-swift-stdlib
# shellcheck disable=SC2086
swift build -c release --product batchkeep $runtime
batchkeep=$(swift build -c release --show-bin-path)/batchkeep

scratch=$(mktemp -d)
simulator=
stop() {
    [ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# The simulator writes its base URL as the first line, once it listens; reading from the pipe waits for that.
mkfifo "$scratch/url"
"$batchkeep" simulate --samples samples --port 0 >"$scratch/url" &
simulator=$!
if ! read -r base_url <"$scratch/url"; then
    say "The simulator did not start." >&2
    exit 1
fi

say ""
say "The simulator serves samples/ at $base_url. Exporting from it:"
say "  batchkeep export --since 2024-08-01 --status ended --report --archive $archive"
say ""
# The simulator takes any key; a real one must not even come near it.
unset ANTHROPIC_AUTH_TOKEN
status=0
ANTHROPIC_BASE_URL=$base_url ANTHROPIC_API_KEY=any-key-will-do \
    "$batchkeep" export --since 2024-08-01 --status ended --report --archive "$archive" || status=$?
[ "$status" -eq 0 ] || exit "$status"

# samples/requests has what was sent for five of the batches. Ids are unique only inside a batch: one file for each, named
# like it, says which is meant.
mkdir "$scratch/requests"
for file in samples/requests/*; do
    name=${file##*/}
    id=$(sed -n 's/.*"id": *"\(msgbatch_[A-Za-z0-9]*\)".*/\1/p' "samples/batches/${name%%.*}.json" | head -n 1)
    cp "$file" "$scratch/requests/$id.jsonl"
done
say ""
say "Putting the requests beside their results, offline:"
say "  batchkeep join --join 'requests/{batch_id}.jsonl' --archive $archive"
"$batchkeep" join --join "$scratch/requests/{batch_id}.jsonl" --archive "$archive" || exit $?

say ""
say "The files, by day of creation:"
for kind in raw results joined manifests; do
    # shellcheck disable=SC2012 # names of our own, without blanks
    first=$(ls -d "$archive/$kind"/date=*/* | head -n 1)
    say "  $first and $(($(find "$archive/$kind" -type f | wc -l) - 1)) more"
done
say ""
say "To go on:"
say "  zcat $archive/results/date=*/*.gz | head -n 2"
say "  (cd $archive && sha256sum -c --quiet SHA256SUMS) && echo undamaged"
say "  $batchkeep summarize --by month --archive $archive"
say "  ANTHROPIC_API_KEY=... $batchkeep export --since 7d --archive mine"
say ""
say "Report page: $archive/report.html"
