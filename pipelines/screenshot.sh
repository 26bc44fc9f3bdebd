#!/bin/sh
# Writes the picture of the report page for the documentation: exports samples/ from the built-in simulator, writes the
# page and photographs its first screen with Chromium.
#
#   BATCHKEEP_BINARY=.build/release/batchkeep sh pipelines/screenshot.sh [PNG]
#
# The default of PNG is the picture in the documentation. On Debian: apt-get install python3 chromium pngquant
set -eu
batchkeep=${BATCHKEEP_BINARY:-.build/release/batchkeep}
case $batchkeep in
    /*) ;;
    *) batchkeep=$(pwd)/$batchkeep ;;
esac
picture=${1:-}
case $picture in
    '' | /*) ;;
    *) picture=$(pwd)/$picture ;;
esac
cd "$(dirname "$0")/.."
picture=${picture:-$(pwd)/Sources/BatchPipeline/BatchPipeline.docc/Resources/report.png}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

if [ ! -f "$batchkeep" ] || [ ! -x "$batchkeep" ]; then
    fail "'$batchkeep' is not an executable file; set BATCHKEEP_BINARY"
fi
for name in python3 pngquant; do
    command -v "$name" >/dev/null || fail "$name not found; on Debian: apt-get install $name"
done

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
"$batchkeep" simulate --samples samples >"$scratch/url" &
simulator=$!
read -r base_url <"$scratch/url" || fail "the simulator did not start"

# The simulator accepts any key. Do not send it a real one.
unset ANTHROPIC_AUTH_TOKEN
archive=$scratch/support-archive
ANTHROPIC_BASE_URL=$base_url ANTHROPIC_API_KEY=any-key-will-do \
    "$batchkeep" export --since 2024-08-01 --archive "$archive" --quiet
# The batches of the last hours are pending.
"$batchkeep" report --since 2026-01-01 --until 6h --archive "$archive" --html "$scratch/report.html" --quiet

# Chromium writes its settings there.
export HOME="$scratch"
python3 -B Tests/BatchReportsTests/Browser/first_screen.py "$scratch/report.html" "$scratch/page.png" 1300 1200 ||
    fail "Chromium did not take the picture"
mkdir -p "$(dirname "$picture")"
pngquant --force --strip --speed 1 --output "$picture" 128 "$scratch/page.png"
size=$(wc -c <"$picture")
[ "$size" -lt 250000 ] || fail "'$picture' has $size bytes, more than 250,000"
printf '%s: %d bytes\n' "$picture" "$size"
