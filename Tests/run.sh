#!/bin/sh
# Sets up, builds and runs every test. Arguments go to `swift test`: sh Tests/run.sh --filter LineSplitter
set -eu
cd "$(dirname "$0")/.."
sh pipelines/setup.sh
# The options of quickstart.sh: what it compiled is used again, and the end-to-end tests run the program it built.
release='-c release -debug-info-format none'
scratch=$(mktemp -d)
others=
stop() {
    # shellcheck disable=SC2086
    [ -z "$others" ] || kill $others 2>/dev/null || true
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Runs tests one after another and shows their output. Many start programs and servers, and child processes inherit
# sockets and pipes that other tests of the same process have open.
run() {
    # shellcheck disable=SC2086 # a list of options
    { swift test $release --disable-testable-imports --skip-build --no-parallel "$@" 2>&1 || echo $? >"$scratch/status"; } |
        tee "$scratch/log"
}

# Starts tests in another process, as the program that `swift test` starts on Linux: two `swift test` would wait for
# each other.
start() {
    name=$1
    shift
    "$tests" --testing-library swift-testing --no-parallel "$@" >"$scratch/$name.log" 2>&1 &
    others="$others $!"
}

# Not with `swift test`, which would compile all packages again for testable imports. Package.swift enables them in the
# targets that need them.
for product in batchkeep batchkeepPackageTests; do
    # shellcheck disable=SC2086
    swift build $release --product $product
done
if [ $# -gt 0 ] || [ "$(uname -s)" != Linux ]; then
    run "$@"
else
    # Three processes that share nothing and take about as long as each other. The output of one is shown at once.
    shown='^EndToEndTests\.[A-O]|^BatchReportsTests\.|^ArchitectureTests\.'
    second='^EndToEndTests\.[P-Z]|^BatchCommandsTests\.[A-E]'
    # shellcheck disable=SC2086
    tests=$(swift build $release --show-bin-path)/batchkeepPackageTests.xctest
    start second --filter "$second"
    start rest --skip "$shown|$second"
    printf '\nSome of the tests. All others run at the same time, and their output follows.\n\n'
    run --filter "$shown"
    for process in $others; do
        wait "$process" || echo $? >"$scratch/status"
    done
    others=
    printf '\nAll other tests:\n\n'
    cat "$scratch/second.log" "$scratch/rest.log"
fi

if [ -e "$scratch/status" ]; then
    # Repeated here, because thousands of lines can precede it.
    printf '\nWhat failed:\n'
    cat "$scratch"/*log | grep -v -E '^(◇|✔)' | grep -E -A 3 'recorded an issue|error:' | tail -n 100
    exit "$(cat "$scratch/status")"
fi
