#!/bin/sh
# Publishes an archive to object storage that speaks S3, so that a reader there never sees a manifest without its data.
#
#   sh publish.sh [--delete] [--delete-raw] [--read-back] ARCHIVE DESTINATION
#
# DESTINATION is s3://bucket/prefix, for an AWS CLI whose `aws s3 cp` has --checksum-algorithm, or remote:bucket/prefix,
# for rclone. Keys, endpoint and region are the tool's own settings, for example AWS_ENDPOINT_URL. Needs sha256sum.
#
#   --delete      remove what the archive no longer has: manifests first, then flat, joined and unmatched files
#   --delete-raw  raw files too. Without it the store keeps what `batchkeep prune` removed here
#   --read-back   read everything that was uploaded back and compare its SHA-256
#
# What is published is what SHA256SUMS lists, in this order: data files, manifests, views/ and summaries/, SHA256SUMS, then the
# removals. Never _partial, _quarantine, locks or catalog.sqlite, which `batchkeep catalog rebuild` makes anew.
# Whether a file is new is decided by its digest: the SHA256SUMS in the store tells what lies there. Time stamps are no help: a
# revised manifest can have the size of the old one, and a time before its upload. A run that was cut off is run again; of what
# it uploaded only raw files, which never change, are not sent twice.
# It takes no lock. A batch archived meanwhile waits for the next run, and so does what `batchkeep fetch` archived until
# `batchkeep catalog rebuild` has listed it; a file changed meanwhile ends the run before a manifest is uploaded. Run one at a time.
set -eu
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "publish: $*"
    exit 1
}
usage() {
    say "publish: $*"
    say "Usage: publish.sh [--delete] [--delete-raw] [--read-back] ARCHIVE s3://bucket/prefix | remote:bucket/prefix"
    exit 2
}

delete='' delete_raw='' read_back=''
while [ $# -gt 0 ]; do
    case $1 in
        --delete) delete=yes ;;
        --delete-raw) delete_raw=yes ;;
        --read-back) read_back=yes ;;
        -*) usage "no such option: $1" ;;
        *) break ;;
    esac
    shift
done
[ $# -eq 2 ] || usage "give the archive and the destination"
[ -f "$1/SHA256SUMS" ] || fail "$1 is no archive: it has no SHA256SUMS. An export writes it, or batchkeep catalog rebuild."
archive=$(cd "$1" && pwd)
destination=${2%/}
here=$(dirname "$0")
# shellcheck source=pipelines/object-storage/store.sh
. "$here/store.sh"
store_open "$destination"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$scratch"

# The list, and further down the manifests, are copied first: what is published holds together, whatever runs meanwhile.
cp "$archive/SHA256SUMS" now
store_list >stored
: >published
! grep -q '^SHA256SUMS	' stored || store_get SHA256SUMS >published
# Paths here have no blanks, so that the last field of ls is the path.
for kind in raw results joined unmatched manifests views summaries; do
    [ ! -d "$archive/$kind" ] || (cd "$archive" && find "$kind" -type f -exec ls -ln {} +)
done | awk '{ print $NF "\t" $5 }' >local

# What to do with each file: one list for each, of paths.
for list in changed missing gone-manifests gone-data gone-raw; do : >$list; done
awk '
    function digest() { return substr($0, 1, 64) }
    function path() { return substr($0, 67) }
    FILENAME == "published" { published[path()] = digest(); next }
    FILENAME == "stored" { split($0, at, "\t"); stored[at[1]] = at[2]; next }
    FILENAME == "local" { split($0, at, "\t"); size[at[1]] = at[2]; next }
    {
        name = path()
        listed[name] = 1
        if (!(name in size)) print name >"missing"
        # A raw file is never revised: one of this name and size was uploaded by a run that did not come to its end.
        known = published[name] == digest() || (name ~ /^raw\// && !(name in published))
        if (!known || !(name in stored) || stored[name] != size[name]) print name >"changed"
    }
    END {
        for (name in stored) {
            if (name in listed || name !~ /^(raw|results|joined|unmatched|manifests)\//) continue
            if (name ~ /^manifests\//) print name >"gone-manifests"
            else if (name ~ /^raw\//) print name >"gone-raw"
            else print name >"gone-data"
        }
    }
' published stored local now
if [ -s missing ]; then
    say "$(head -n 3 missing)"
    fail "SHA256SUMS names $(count missing) files that are not there. If a command is changing the archive, wait for it;" \
        "otherwise: batchkeep verify --repair --archive $archive"
fi

# The files of a list, as links into the archive, in a folder that can be uploaded as it is.
link_tree() {
    sed 's|/[^/]*$||' "$1" | sort -u >folders
    while read -r folder; do
        mkdir -p "$2/$folder"
        # In quotes for xargs, as the archive's path may have blanks.
        # shellcheck disable=SC2016 # expanded by the inner shell
        grep "^$folder/[^/]*\$" "$1" | ARCHIVE=$archive awk '{ print "\"" ENVIRON["ARCHIVE"] "/" $0 "\"" }' |
            xargs sh -c 'ln -s "$@" "$0"' "$2/$folder"
    done <folders
}

grep '^manifests/' changed >manifests || true
grep -E '^(views|summaries)/' changed >documents || true
grep -v -E '^(manifests|views|summaries)/' changed >data || true
mkdir copies links pages tail

# Manifests and documents are copied, data files linked; all are what the list says, or nothing is uploaded.
tar -C "$archive" -cf - -T manifests | tar -C copies -xf -
tar -C "$archive" -cf - -T documents | tar -C pages -xf -
link_tree data links
awk 'FILENAME == "changed" { wanted[$0] = 1; next } substr($0, 67) in wanted' changed now >sums
for part in manifests:copies data:links documents:pages; do
    awk -v list="${part%:*}" 'FILENAME == list { wanted[$0] = 1; next } substr($0, 67) in wanted' "${part%:*}" sums >part
    [ ! -s part ] || (cd "${part#*:}" && sha256sum -c --quiet ../part >&2) ||
        fail "These files are not what SHA256SUMS says. If a command is changing the archive, wait for it; otherwise:" \
            "batchkeep verify --archive $archive"
done

[ ! -s data ] || store_put links || fail "Not all data files were uploaded; no manifest was. Run it again."
[ ! -s manifests ] || store_put copies || fail "Not all manifests were uploaded; each has its data. Run it again."
[ ! -s documents ] || store_put pages || fail "Not all of views/ and summaries/ was uploaded. Run it again."
cp now tail/SHA256SUMS
store_put tail || fail "SHA256SUMS was not uploaded; all it lists is there. Run it again."

# One listing tells that everything is there, in full length.
store_list >stored
awk '
    FILENAME == "stored" { split($0, at, "\t"); stored[at[1]] = at[2]; next }
    FILENAME == "local" { split($0, at, "\t"); size[at[1]] = at[2]; next }
    stored[substr($0, 67)] != size[substr($0, 67)] { print substr($0, 67) }
' stored local now >wrong
if [ -s wrong ]; then
    say "$(head -n 3 wrong)"
    fail "$(count wrong) objects are missing in the store or have another size. Does something else write there?"
fi
if [ -n "$read_back" ]; then
    while read -r sum path; do
        [ "$(store_get "$path" </dev/null | sha256sum)" = "$sum  -" ] || fail "$path came back with other bytes."
    done <sums
fi
say "Published $(count data) data files and $(count manifests) manifests to $destination;" \
    "$(count now) files of the archive are there."

# The order again: what a manifest names goes after it.
[ -z "$delete" ] || cat gone-data >>removing
[ -z "$delete_raw" ] || cat gone-raw >>removing
if [ -n "$delete$delete_raw" ]; then
    store_remove gone-manifests
    [ ! -s removing ] || store_remove removing
    say "Removed $(count gone-manifests) manifests and $(count removing) data files."
fi
if [ -z "$delete" ] && [ -s gone-data ]; then
    say "The store has $(count gone-data) flat or joined files that the archive no longer has. Who reads results/*/* there" \
        "counts compacted rows twice until they are removed: --delete"
fi
[ -n "$delete_raw" ] || [ ! -s gone-raw ] ||
    say "The store keeps $(count gone-raw) raw files that the archive no longer has; --delete-raw removes them."
