#!/bin/sh
# Restores a published archive: downloads all files and checks every digest. Also use it to test your backup.
# A copy published with --without-raw has no answers: it is restored as such a copy, which can be read but not changed.
#
#   sh restore.sh SOURCE FOLDER
#
# SOURCE is the destination given to publish.sh. FOLDER is new, or that of an interrupted restore. Needs sha256sum, and
# batchkeep on the PATH to rebuild catalog.sqlite.
set -eu
export LC_ALL=C
umask 077

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "restore: $*"
    exit 1
}
if [ $# -ne 2 ]; then
    say "Usage: restore.sh s3://bucket/prefix | remote:bucket/prefix FOLDER"
    exit 2
fi
source=${1%/}
# Files that are not in the list are removed, so the folder must be new or that of an interrupted restore.
mark=.restoring
if [ -e "$2" ] && [ "$(ls -A "$2")" ]; then
    [ -f "$2/$mark" ] || fail "$2 is not empty. Use a new folder."
    [ "$(cat "$2/$mark")" = "$source" ] || fail "$2 is being restored from $(cat "$2/$mark"). Use a new folder."
fi
here=$(dirname "$0")
# shellcheck source=pipelines/object-storage/store.sh
. "$here/store.sh"
store_open "$source"

mkdir -p "$2"
cd "$2"
printf '%s\n' "$source" >"$mark"
# Downloads the list first, so that files published during the restore are not in it.
store_get SHA256SUMS >SHA256SUMS-new || true
# If the object does not exist, one tool fails and the other prints nothing.
[ -s SHA256SUMS-new ] || fail "SHA256SUMS not found in $source. Run publish.sh with this destination until it succeeds."
kinds='raw results joined unmatched manifests views summaries'
store_list >stored-new
if grep -q '^WITHOUT-RAW.txt	' stored-new; then
    store_get WITHOUT-RAW.txt >./WITHOUT-RAW.txt
    kinds='results manifests'
fi
rm -f stored-new objects
# shellcheck disable=SC2086 # a list of folders
store_take $kinds
# Removes files that are not part of the archive, such as raw files that were pruned.
cut -c 67- SHA256SUMS-new | sort >SHA256SUMS-paths
for kind in raw results joined unmatched manifests; do
    [ ! -d "$kind" ] || find "$kind" -type f
done | sort | comm -23 - SHA256SUMS-paths | while read -r path; do rm "$path"; done
rm SHA256SUMS-paths
find . -type d -empty -delete
sha256sum -c --quiet SHA256SUMS-new >&2 ||
    fail "Some files do not match SHA256SUMS. If publish.sh was running, run restore.sh again."
mv SHA256SUMS-new SHA256SUMS
batchkeep catalog rebuild --archive .
rm "$mark"
say "Restored $(count SHA256SUMS) files to $2. All digests match SHA256SUMS. To check the contents of every batch:"
say "batchkeep verify --full --archive $(quoted "$2")"
[ ! -e WITHOUT-RAW.txt ] ||
    say "This copy has no raw files. verify checks its manifests and rows, but cannot compare them with the answers."
