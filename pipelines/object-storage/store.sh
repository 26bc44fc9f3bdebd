# The few things publish.sh and restore.sh ask of object storage, with the AWS CLI or with rclone. Sourced by both.
# shellcheck shell=sh
# Paths are relative to the destination; lists have one path a line.

# Chooses the tool. Ends the script where it is not installed.
store_open() {
    case $1 in
        s3://?*)
            store_tool=aws
            store_bucket=${1#s3://}
            store_prefix=
            case $store_bucket in */*) store_prefix=${store_bucket#*/}/ ;; esac
            store_bucket=${store_bucket%%/*}
            case $store_prefix in
                *[!A-Za-z0-9._=/-]*) fail "Only letters, digits and . _ = - / can stand in a prefix: $1" ;;
            esac
            ;;
        ?*:*) store_tool=rclone ;;
        *) fail "$1 is neither s3://bucket/prefix nor remote:bucket/prefix." ;;
    esac
    store_url=$1
    command -v "$store_tool" >/dev/null || fail "$store_tool is not installed."
}

# All objects as path, tab, size.
store_list() {
    if [ "$store_tool" = rclone ]; then
        rclone lsf -R --files-only --format ps --separator '	' "$store_url"
    else
        # Nothing at all is told as None.
        aws s3api list-objects-v2 --bucket "$store_bucket" --prefix "$store_prefix" --output text \
            --query 'Contents[].[Key,Size]' >objects
        awk -F '\t' -v skip=${#store_prefix} 'NF == 2 { print substr($1, skip + 1) "\t" $2 }' objects
    fi
}

# One object to standard output.
store_get() {
    if [ "$store_tool" = rclone ]; then
        rclone cat "$store_url/$1"
    else
        aws s3 cp --only-show-errors "$store_url/$1" -
    fi
}

# A folder of the store into the current folder, what is there already left out.
store_take() {
    if [ "$store_tool" = rclone ]; then
        rclone copy "$store_url/$1" "$1"
    else
        aws s3 sync --only-show-errors "$store_url/$1" "$1"
    fi
}

# Everything in a folder, whatever lies there already. The store is handed a checksum of what it gets, and refuses other bytes.
store_put() {
    if [ "$store_tool" = rclone ]; then
        rclone copy --copy-links --ignore-times --retries 1 "$1" "$store_url"
    else
        aws s3 cp --recursive --only-show-errors --checksum-algorithm SHA256 "$1" "$store_url/"
    fi
}

# The objects of a list.
store_remove() {
    [ -s "$1" ] || return 0
    if [ "$store_tool" = rclone ]; then
        rclone delete --files-from-raw "$1" "$store_url"
        return
    fi
    # A thousand keys a request. What could not be removed is told in an answer that is otherwise empty.
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
        case $answer in '' | None) ;; *) fail "Not everything could be removed: $answer" ;; esac
    done
}

# How many lines a list has; a list that was never begun has none.
count() {
    if [ -f "$1" ]; then awk 'END { print NR }' "$1"; else echo 0; fi
}
