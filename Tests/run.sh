#!/bin/sh
# Sets up and runs every test. What is given behind goes to `swift test`: sh Tests/run.sh --filter LineSplitter
set -eu
cd "$(dirname "$0")/.."
sh pipelines/setup.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
# One test after another: many start programs and servers, and side by side a child process holds on to the sockets and
# pipes of its neighbours.
{ swift test --no-parallel "$@" 2>&1 || echo $? >"$scratch/status"; } | tee "$scratch/log"
[ -e "$scratch/status" ] || exit 0
# Told again where it is seen: thousands of lines may lie behind it.
printf '\nWhat failed:\n'
grep -E -A 3 'recorded an issue|error:' "$scratch/log" | tail -n 100
exit "$(cat "$scratch/status")"
