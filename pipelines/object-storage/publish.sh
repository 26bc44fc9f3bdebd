#!/bin/sh
# Publishes an archive to S3-compatible object storage. Readers there never see a manifest without its data.
#
#   sh publish.sh [--without-raw] [--delete] [--delete-raw] [--read-back] ARCHIVE DESTINATION
#
# DESTINATION is s3://bucket/prefix for the AWS CLI, or remote:bucket/prefix for rclone. `aws s3 cp` must support
# --checksum-algorithm. Set keys, endpoint and region as usual for the tool, for example with AWS_ENDPOINT_URL. Needs sha256sum.
#
#   --without-raw publish manifests and rows only, without the text of requests and answers; they still contain custom IDs,
#                 messages of errors, models, times and costs. Use a destination of its own
#   --delete      remove files that the archive no longer has: manifests first, then flat, joined and unmatched files
#   --delete-raw  also remove raw files that the archive no longer has, such as those `batchkeep prune` removed
#   --read-back   read all uploaded files back, 100 at a time, and compare their SHA-256 digests
#
# Publishes the files that SHA256SUMS lists, in this order: data files, manifests, views/ and summaries/, SHA256SUMS. Removals
# follow. Does not publish _partial, _quarantine, locks and catalog.sqlite, which `batchkeep catalog rebuild` rebuilds.
# A file is new if its digest differs from the SHA256SUMS in the store. Size and time are not enough: a revised manifest can
# have the size of the old one, and a time before its upload. If a run is interrupted, run it again. It uploads all files of
# the interrupted run again except raw files, which never change.
# It does not lock the archive. The next run publishes batches that are archived during this one. Batches of `batchkeep fetch`
# are published after `batchkeep catalog rebuild` has listed them. If a file changes during a run, the run fails before it
# uploads a manifest. Do not run two at once for the same destination.
set -eu
export LC_ALL=C

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "publish: $*"
    exit 1
}
usage() {
    say "publish: $*"
    say "Usage: publish.sh [--without-raw] [--delete] [--delete-raw] [--read-back] ARCHIVE s3://bucket/prefix | remote:bucket/prefix"
    exit 2
}

without_raw='' delete='' delete_raw='' read_back=''
while [ $# -gt 0 ]; do
    case $1 in
        --without-raw) without_raw=yes ;;
        --delete) delete=yes ;;
        --delete-raw) delete_raw=yes ;;
        --read-back) read_back=yes ;;
        -*) usage "unknown option '$1'" ;;
        *) break ;;
    esac
    shift
done
[ ! -f "${1-}/WITHOUT-RAW.txt" ] || without_raw=yes
[ $# -eq 2 ] || usage "expected an archive and a destination"
here=$(dirname "$0")
# shellcheck source=pipelines/object-storage/store.sh
. "$here/store.sh"
destination=${2%/}
if [ ! -f "$1/SHA256SUMS" ]; then
    for folder in "$1"/workspace=*/; do
        [ -d "$folder" ] || continue
        name=${folder%/}
        fail "$1 contains one archive for each workspace. Publish each of them:" \
            "sh $(quoted "$0") $(quoted "$name") $(quoted "$destination/${name##*/}")"
    done
    fail "$1 is not an archive: SHA256SUMS not found. To write it: batchkeep catalog rebuild --archive $(quoted "$1")"
fi
archive=$(cd "$1" && pwd)
store_open "$destination"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$scratch"

# Copies the list first, and below the manifests, so that the published files match if the archive changes during the run.
cp "$archive/SHA256SUMS" now
kinds='raw results joined unmatched manifests views summaries'
removable='raw|results|joined|unmatched|manifests'
store_list >stored
if [ -n "$without_raw" ]; then
    kinds='results manifests' removable="$removable|views|summaries"
    # Everything below uses only the files in this list.
    grep -E '^[0-9a-f]{64}  (results|manifests)/' "$archive/SHA256SUMS" >now || true
    grep -E '^(raw|joined|unmatched)/' stored | cut -f 1 >private || true
    if [ -s private ] && { [ -z "$delete" ] || [ -z "$delete_raw" ]; }; then
        say "$(head -n 3 private)"
        fail "$destination has $(count private) raw, joined and unmatched files. Use another destination for --without-raw," \
            "or remove them there with --delete --delete-raw."
    fi
fi
: >published
! grep -q '^SHA256SUMS	' stored || store_get SHA256SUMS >published
# Paths in an archive have no blanks, so the last field of ls is the path.
for kind in $kinds; do
    [ ! -d "$archive/$kind" ] || (cd "$archive" && find "$kind" -type f -exec ls -ln {} +)
done | awk '{ print $NF "\t" $5 }' >local

# One list of paths for each action.
for list in changed missing gone-manifests gone-data gone-raw; do : >$list; done
awk -v removable="^($removable)/" '
    function digest() { return substr($0, 1, 64) }
    function path() { return substr($0, 67) }
    FILENAME == "published" { published[path()] = digest(); next }
    FILENAME == "stored" { split($0, at, "\t"); stored[at[1]] = at[2]; next }
    FILENAME == "local" { split($0, at, "\t"); size[at[1]] = at[2]; next }
    {
        name = path()
        listed[name] = 1
        if (!(name in size)) print name >"missing"
        # Raw files never change. One with this name and size was uploaded by an interrupted run.
        known = published[name] == digest() || (name ~ /^raw\// && !(name in published))
        if (!known || !(name in stored) || stored[name] != size[name]) print name >"changed"
    }
    END {
        for (name in stored) {
            if (name in listed || name !~ removable) continue
            if (name ~ /^manifests\//) print name >"gone-manifests"
            else if (name ~ /^raw\//) print name >"gone-raw"
            else print name >"gone-data"
        }
    }
' published stored local now
if [ -s missing ]; then
    say "$(head -n 3 missing)"
    fail "missing files that SHA256SUMS lists: $(count missing). If a command is changing the archive, wait until it ends." \
        "Otherwise run: batchkeep verify --repair --archive $archive"
fi

# Creates a folder of links to the files of a list, for upload.
link_tree() {
    sed 's|/[^/]*$||' "$1" | sort -u >folders
    while read -r folder; do
        mkdir -p "$2/$folder"
        # In quotes for xargs, because the path of the archive can contain blanks.
        # shellcheck disable=SC2016 # expanded by the inner shell
        grep "^$folder/[^/]*\$" "$1" | ARCHIVE=$archive awk '{ print "\"" ENVIRON["ARCHIVE"] "/" $0 "\"" }' |
            xargs sh -c 'ln -s "$@" "$0"' "$2/$folder"
    done <folders
}

grep '^manifests/' changed >manifests || true
grep -E '^(views|summaries)/' changed >documents || true
grep -v -E '^(manifests|views|summaries)/' changed >data || true
mkdir copies links pages tail mark

# Copies manifests and documents, links data files, and checks all digests before the upload.
tar -C "$archive" -cf - -T manifests | tar -C copies -xf -
tar -C "$archive" -cf - -T documents | tar -C pages -xf -
link_tree data links
awk 'FILENAME == "changed" { wanted[$0] = 1; next } substr($0, 67) in wanted' changed now >sums
for part in manifests:copies data:links documents:pages; do
    awk -v list="${part%:*}" 'FILENAME == list { wanted[$0] = 1; next } substr($0, 67) in wanted' "${part%:*}" sums >part
    [ ! -s part ] || (cd "${part#*:}" && sha256sum -c --quiet ../part >&2) ||
        fail "These files do not match SHA256SUMS. If a command is changing the archive, wait until it ends. Otherwise run:" \
            "batchkeep verify --archive $archive"
done

# Says that raw files are missing on purpose, before the first manifest that lists one.
if [ -n "$without_raw" ]; then
    cat >mark/WITHOUT-RAW.txt <<'END'
This is a copy of a Batchkeep archive with manifests and rows only. The raw, joined and unmatched files that its manifests list
are in the archive from which it was published.
END
    store_put mark || fail "WITHOUT-RAW.txt was not uploaded, and no other file. Run it again."
fi
[ ! -s data ] || store_put links || fail "Not all data files were uploaded, and no manifests. Run it again."
[ ! -s manifests ] || store_put copies || fail "Not all manifests were uploaded. Each uploaded one has its data. Run it again."
[ ! -s documents ] || store_put pages || fail "Not all of views/ and summaries/ was uploaded. Run it again."
cp now tail/SHA256SUMS
store_put tail || fail "SHA256SUMS was not uploaded. All files it lists were. Run it again."
if [ -z "$without_raw" ] && grep -q '^WITHOUT-RAW.txt	' stored; then
    echo WITHOUT-RAW.txt >unmarked
    store_remove unmarked
fi

# Checks the names and sizes of all objects with one listing.
store_list >stored
awk '
    FILENAME == "stored" { split($0, at, "\t"); stored[at[1]] = at[2]; next }
    FILENAME == "local" { split($0, at, "\t"); size[at[1]] = at[2]; next }
    stored[substr($0, 67)] != size[substr($0, 67)] { print substr($0, 67) }
' stored local now >wrong
if [ -s wrong ]; then
    say "$(head -n 3 wrong)"
    fail "$(count wrong) objects in the store are missing or have a different size. Check whether another program writes there."
fi
if [ -n "$read_back" ] && [ -s sums ]; then
    # Starting a tool for each file would take a second per file, and all files at once would need too much space.
    split -a 4 -l 100 sums back-
    for part in back-*; do
        cut -c 67- "$part" >paths
        store_get_files paths back || fail "Not all files could be read back. All were uploaded."
        (cd back && sha256sum -c --quiet "../$part" >&2) ||
            fail "These files have other contents in the store. Remove them there, and run publish.sh again."
        rm -r back
    done
fi
say "Published $(count data) data files and $(count manifests) manifests to $destination." \
    "It has $(count now) files of the archive."
[ -z "$without_raw" ] || say "The copy has no answers. It has custom IDs and messages of errors: show it only to those who may see them."

# Removes each manifest before the files it lists.
[ -z "$delete" ] || cat gone-data >>removing
[ -z "$delete_raw" ] || cat gone-raw >>removing
if [ -n "$delete$delete_raw" ]; then
    store_remove gone-manifests
    [ ! -s removing ] || store_remove removing
    say "Removed $(count gone-manifests) manifests and $(count removing) data files."
fi
if [ -z "$delete" ] && [ -s gone-data ]; then
    say "The store has $(count gone-data) flat or joined files that the archive no longer has. Until --delete removes them," \
        "a query of results/*/* counts compacted rows twice."
fi
[ -n "$delete_raw" ] || [ ! -s gone-raw ] ||
    say "The store keeps $(count gone-raw) raw files that the archive no longer has. --delete-raw removes them."
