# Access to object storage with the AWS CLI or rclone. Sourced by publish.sh and restore.sh.
# shellcheck shell=sh
# Paths are relative to the destination. Lists have one path per line.

# Chooses the tool. Ends the script if it is not installed.
store_open() {
    case $1 in
        s3://?*)
            store_tool=aws
            store_bucket=${1#s3://}
            store_prefix=
            case $store_bucket in */*) store_prefix=${store_bucket#*/}/ ;; esac
            store_bucket=${store_bucket%%/*}
            case $store_prefix in
                *[!A-Za-z0-9._=/-]*) fail "invalid prefix in '$1': must consist of letters, digits and . _ = - /" ;;
            esac
            ;;
        ?*:*) store_tool=rclone ;;
        *) fail "invalid location '$1': must be s3://bucket/prefix or remote:bucket/prefix" ;;
    esac
    store_url=$1
    command -v "$store_tool" >/dev/null || fail "$store_tool is not installed."
}

# Prints a word for a command line.
quoted() {
    case $1 in
        *[!A-Za-z0-9._/:=@-]*) printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")" ;;
        *) printf '%s' "$1" ;;
    esac
}

# Lists all objects as path, tab, size.
store_list() {
    if [ "$store_tool" = rclone ]; then
        status=0
        rclone lsf -R --files-only --format ps --separator '	' "$store_url" 2>objects || status=$?
        # 3: the folder does not exist before the first upload, so it has no objects.
        [ "$status" -ne 3 ] || return 0
        cat objects >&2
        return "$status"
    else
        # The output is "None" if there are no objects.
        aws s3api list-objects-v2 --bucket "$store_bucket" --prefix "$store_prefix" --output text \
            --query 'Contents[].[Key,Size]' >objects
        awk -F '\t' -v skip=${#store_prefix} 'NF == 2 { print substr($1, skip + 1) "\t" $2 }' objects
    fi
}

# Writes one object to standard output.
store_get() {
    if [ "$store_tool" = rclone ]; then
        rclone cat "$store_url/$1"
    else
        aws s3 cp --only-show-errors "$store_url/$1" -
    fi
}

# Downloads folders of the store to the current folder. Skips files that exist.
store_take() {
    root=
    [ "$store_tool" != rclone ] || root=/
    for folder in "$@"; do
        shift
        set -- "$@" --include "$root$folder/**"
    done
    if [ "$store_tool" = rclone ]; then
        rclone copy "$@" "$store_url" .
    else
        aws s3 sync --only-show-errors "$store_url" . --exclude '*' "$@"
    fi
}

# Downloads the files of a list to a folder. The list has at most a few hundred lines.
store_get_files() {
    if [ "$store_tool" = rclone ]; then
        rclone copy --files-from-raw "$1" "$store_url" "$2"
        return
    fi
    list=$1 folder=$2
    set --
    while read -r path; do set -- "$@" --include "$path"; done <"$list"
    aws s3 cp --recursive --only-show-errors "$store_url" "$folder" --exclude '*' "$@"
}

# Uploads all files of a folder and replaces existing objects. The store verifies the checksum of each file.
store_put() {
    if [ "$store_tool" = rclone ]; then
        rclone copy --copy-links --ignore-times --retries 1 "$1" "$store_url"
    else
        aws s3 cp --recursive --only-show-errors --checksum-algorithm SHA256 "$1" "$store_url/"
    fi
}

# Removes the objects of a list.
store_remove() {
    [ -s "$1" ] || return 0
    if [ "$store_tool" = rclone ]; then
        rclone delete --files-from-raw "$1" "$store_url"
        return
    fi
    # Up to 1000 keys per request. The response lists the objects that could not be removed.
    awk -v prefix="$store_prefix" '
        function finish() { print "],\"Quiet\":true}" >file }
        NR % 1000 == 1 { if (file) finish(); file = "remove-" int(NR / 1000) ".json"; printf "{\"Objects\":[" >file }
        { printf "%s{\"Key\":\"%s%s\"}", (NR % 1000 == 1 ? "" : ","), prefix, $0 >file }
        END { finish() }
    ' "$1"
    for request in remove-*.json; do
        answer=$(aws s3api delete-objects --bucket "$store_bucket" --delete "file://$request" --output text \
            --query 'Errors[].[Key,Message]')
        rm "$request"
        case $answer in '' | None) ;; *) fail "Some objects could not be removed: $answer" ;; esac
    done
}

# Prints the number of lines of a list, 0 if it does not exist.
count() {
    if [ -f "$1" ]; then awk 'END { print NR }' "$1"; else echo 0; fi
}
