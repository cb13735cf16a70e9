#!/usr/bin/env bash
# Runs the examples of the pages in this folder against a server, in order, and stops at the first that doesn't do what its page says.
#
#   docs/run-examples.sh [BASE_URL TOKEN [PLATFORM_TOKEN]]     without arguments: the running demo
#
# An example is a fenced block that begins with ```bash run. The blocks of a page share one shell, so a variable that one sets is there in the
# next. They find URL and TOKEN (a tenant administrator's) set. Lines that begin with "#> " are what the block prints, line by line; "…"
# stands for any text within a line. A block without such lines only has to succeed. Blocks that begin with ```bash run platform need
# PLATFORM_TOKEN and are left out without one.
set -euo pipefail
docs=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
pages=(getting-started recipes concepts platform catalog runtime imports tasks messages providers billing schedule overview operators)
another_output=90

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

choose_server() {
    case $# in
        0)
            local demo=$docs/../.guildhall/demo.json
            [[ -r $demo ]] || fail "No demo runs: start one by ./guildhall demo --detach, or give BASE_URL and TOKEN."
            URL=$(jq -r .base_url "$demo")
            TOKEN=$(jq -r .tokens.tenant_admin "$demo")
            PLATFORM_TOKEN=$(jq -r .tokens.platform_admin "$demo")
            ;;
        2 | 3) URL=${1%/} TOKEN=$2 PLATFORM_TOKEN=${3-} ;;
        *) fail "usage: docs/run-examples.sh [BASE_URL TOKEN [PLATFORM_TOKEN]]" ;;
    esac
    export URL TOKEN PLATFORM_TOKEN
}

# Writes a page's runnable blocks into a folder: NNN.sh is the block, NNN.expected what it prints, NNN.line where it begins.
extract() {
    awk -v folder="$2" -v platform="$PLATFORM_TOKEN" '
        function put(ending, text) { printf "%s", text > (folder "/" sprintf("%03d", count) ending) }
        /^```/ && inside {
            inside = 0
            put(".sh", code)
            if (output != "") put(".expected", output)
            put(".line", begun)
            next
        }
        /^```bash run$/ || (/^```bash run platform$/ && platform != "") {
            inside = 1; count++; begun = NR; code = ""; output = ""
            next
        }
        inside && /^#>/ { output = output substr($0, 4) "\n"; next }
        inside { code = code $0 "\n" }
    ' "$1"
}

# True if the text is the expected one, in which … stands for any text of a line.
matches() {
    local line pattern
    local -a got
    mapfile -t got <"$1"
    local -a wanted
    mapfile -t wanted <"$2"
    ((${#got[@]} == ${#wanted[@]})) || return 1
    for line in "${!wanted[@]}"; do
        # Everything but … is meant literally.
        pattern=$(printf '%s' "${wanted[line]}" | sed -e 's/[][*?\\]/\\&/g' -e 's/…/*/g')
        # shellcheck disable=SC2053 # the right side is a pattern
        [[ ${got[line]} == $pattern ]] || return 1
    done
}

# Says what went wrong with a block, and ends.
complain() {
    local block=$1 why=$2
    {
        printf 'docs: %s.md, line %s: %s\n\n' "$page" "$(cat "$block.line")" "$why"
        sed 's/^/    /' "$block.sh"
        printf '\nIt printed:\n'
        sed 's/^/    /' "$block.out" "$block.err"
        if [[ -e $block.expected ]]; then
            printf '\nThe page says:\n'
            sed 's/^/    /' "$block.expected"
        fi
    } >&2
    exit 1
}

# Runs all blocks of one page in one shell; called in a subshell, which a failing block ends. Its own variables have names that no example
# uses.
run_page() {
    local _block _folder=$work/$page _current=$work/current
    for _block in "$_folder"/*.sh; do
        _block=${_block%.sh}
        printf '%s' "$_block" >"$_current"
        # shellcheck disable=SC1090,SC1091 # the block is the input
        source "$_block.sh" >"$_block.out" 2>"$_block.err"
        [[ ! -e $_block.expected ]] || matches "$_block.out" "$_block.expected" || exit "$another_output"
    done
}

choose_server "$@"
for program in curl jq; do
    command -v "$program" >/dev/null || fail "The examples need $program."
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
count=0
for page in "${pages[@]}"; do
    mkdir -p "$work/$page/files"
    extract "$docs/$page.md" "$work/$page"
    blocks=("$work/$page"/*.sh)
    [[ -e ${blocks[0]} ]] || fail "docs: $page.md has no runnable example."
    # In a condition, set -e would not stop the page at a block that fails.
    set +e
    (
        set -e
        cd "$work/$page/files"
        run_page
    )
    status=$?
    set -e
    case $status in
        0) ;;
        "$another_output") complain "$(cat "$work/current")" "the example prints something else." ;;
        *) complain "$(cat "$work/current")" "the example ended with status $status." ;;
    esac
    echo "docs: $page.md, ${#blocks[@]} examples"
    count=$((count + ${#blocks[@]}))
done
echo "docs: all $count examples do what their pages say."
