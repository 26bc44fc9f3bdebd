#!/bin/sh
# Sets up and runs every test. What is given behind goes to `swift test`: sh Tests/run.sh --filter LineSplitter
set -eu
cd "$(dirname "$0")/.."
sh pipelines/setup.sh
# One test after another: many start programs and servers, and side by side a child process holds on to the sockets and
# pipes of its neighbours.
swift test --no-parallel "$@"
