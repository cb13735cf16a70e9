# What every suite stands on: one way to call, one way to check. Needs bash, curl and jq.
# Settings: GUILDHALL_URL, GUILDHALL_TOKEN; where they are given also GUILDHALL_PLATFORM_TOKEN, GUILDHALL_READ_ONLY_TOKEN
# and GUILDHALL_PUBLISHABLE_TOKEN.
# shellcheck shell=bash disable=SC2034
set -euo pipefail

: "${GUILDHALL_URL:?the address of the server}" "${GUILDHALL_TOKEN:?a tenant administrator\'s token}"
api=$GUILDHALL_URL/api/v1
# Names and keys of this run, so that a suite may run any number of times against one server.
run=$(date +%s)-$$
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# call METHOD PATH [BODY] [curl options …]: sets status, body and headers. Uses $token, at first the administrator's.
token=$GUILDHALL_TOKEN
call() {
    local method=$1 path=$2 data=${3-} type=application/json
    shift $(($# < 3 ? $# : 3))
    [[ $method != PATCH ]] || type=application/merge-patch+json
    local options=(-sS -X "$method" -o "$work/body" -D "$work/headers" -w '%{http_code}' --max-time 30)
    [[ $method != HEAD ]] || options+=(--head)
    [[ -z $token ]] || options+=(-H "Authorization: Bearer $token")
    [[ -z $data ]] || options+=(-H "Content-Type: $type" --data-binary "$data")
    : >"$work/body"
    status=$(curl "${options[@]}" "$@" "$api$path")
    body=$(<"$work/body")
    headers=$(tr -d '\r' <"$work/headers")
}

# header NAME: the last answer's header, empty if it isn't there.
header() {
    sed -n "s/^$1: //Ip" <<<"$headers" | tail -n 1
}

# member JQ: what the filter finds in the last body, raw.
member() {
    jq -r "$1" <<<"$body"
}

lie() {
    printf '  LIE  %s\n' "$1" >&2
    printf '       status %s, Request-Id %s\n       %s\n' "$status" "$(header Request-Id)" "$body" >&2
    exit 1
}

# check WHAT STATUS [JQ …]: the last answer has the status, and each filter is true of its body.
check() {
    local what=$1 wanted=$2 filter
    shift 2
    [[ $status == "$wanted" ]] || lie "$what: expected status $wanted"
    for filter in "$@"; do
        jq -e "$filter" >/dev/null <<<"$body" || lie "$what: $filter"
    done
    printf '  ok   %s\n' "$what"
}

# check_that WHAT COMMAND …: the command succeeds.
check_that() {
    local what=$1
    shift
    "$@" || lie "$what"
    printf '  ok   %s\n' "$what"
}
