#!/bin/sh
# Sets up and runs every test. What is given behind goes to `swift test`: sh Tests/run.sh --filter LineSplitter
set -eu
cd "$(dirname "$0")/.."
sh pipelines/setup.sh
swift test "$@"
