#!/bin/sh
# Writes the picture of the report page for the documentation: exports samples/ from the built-in simulator, writes the
# page and photographs its first screen with Chromium.
#
#   BATCHKEEP_BINARY=.build/release/batchkeep sh pipelines/screenshot.sh [PNG]
#
# The default of PNG is the picture in the documentation. On Debian: apt-get install chromium pngquant
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

[ -f "$batchkeep" ] && [ -x "$batchkeep" ] || fail "'$batchkeep' is not an executable file; set BATCHKEEP_BINARY"
chromium=
for name in chromium chromium-browser google-chrome; do
    [ -n "$chromium" ] || chromium=$(command -v "$name" || true)
done
[ -n "$chromium" ] || fail "Chromium not found; on Debian: apt-get install chromium"
command -v pngquant >/dev/null || fail "pngquant not found; on Debian: apt-get install pngquant"

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
"$batchkeep" report --since 2026-01-01 --until 2026-12-01 --archive "$archive" --html "$scratch/report.html" --quiet

# Chromium needs --no-sandbox if it runs as root, as in a container. The page is our own.
"$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --force-color-profile=srgb \
    --user-data-dir="$scratch/profile" --screenshot="$scratch/page.png" --window-size=1300,900 \
    "file://$scratch/report.html" >/dev/null 2>&1 || fail "Chromium did not take the picture"
mkdir -p "$(dirname "$picture")"
pngquant --force --strip --speed 1 --output "$picture" 128 "$scratch/page.png"
size=$(wc -c <"$picture")
[ "$size" -lt 250000 ] || fail "'$picture' has $size bytes, more than 250,000"
printf '%s: %d bytes\n' "$picture" "$size"
