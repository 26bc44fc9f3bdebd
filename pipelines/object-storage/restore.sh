#!/bin/sh
# Brings a published archive back, or proves from time to time that it could be: reads everything and checks every digest.
#
#   sh restore.sh SOURCE FOLDER
#
# SOURCE is what publish.sh took as its destination. FOLDER is new, or one that an earlier try began. Needs sha256sum, and
# batchkeep on the PATH to make catalog.sqlite anew.
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
[ ! -e "$2/catalog.sqlite" ] || fail "$2 is an archive already. Give a new folder."
source=${1%/}
here=$(dirname "$0")
# shellcheck source=pipelines/object-storage/store.sh
. "$here/store.sh"
store_open "$source"

mkdir -p "$2"
cd "$2"
# The list first: whatever is published meanwhile is not in it.
store_get SHA256SUMS >SHA256SUMS-new || true
# What is not there is an error for one tool and empty for the other.
[ -s SHA256SUMS-new ] || fail "$source has no SHA256SUMS. Was the archive published there, and to its end?"
for kind in raw results joined unmatched manifests views summaries; do store_take "$kind"; done
# What the store keeps beside the archive, such as raw files that were pruned, is not of the archive.
cut -c 67- SHA256SUMS-new | sort >SHA256SUMS-paths
for kind in raw results joined unmatched manifests; do
    [ ! -d "$kind" ] || find "$kind" -type f
done | sort | comm -23 - SHA256SUMS-paths | while read -r path; do rm "$path"; done
rm SHA256SUMS-paths
find . -type d -empty -delete
sha256sum -c --quiet SHA256SUMS-new >&2 ||
    fail "Some files are not what SHA256SUMS says. If something was being published, run it again."
mv SHA256SUMS-new SHA256SUMS
batchkeep catalog rebuild --archive .
say "Restored $(count SHA256SUMS) files to $2, each with the digest it was published with. To check the proof of every batch:"
say "batchkeep verify --full --archive $2"
