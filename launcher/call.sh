# The launcher sources this file, and sets or uses the variables.
# shellcheck disable=SC2154,SC2034
# shellcheck shell=sh
# Part of ./guildhall: the verb call.

# Sends one request to the running demo.
call() {
    data=$state as=tenant_admin
    while [ $# -gt 0 ]; do
        case $1 in
            --data | --as)
                [ $# -ge 2 ] || fail "$1 needs a value."
                if [ "$1" = --data ]; then data=$(absolute "$2"); else as=$2; fi
                shift 2
                ;;
            *) break ;;
        esac
    done
    case $# in 2 | 3) ;; *) fail "Give METHOD and PATH, and BODY if there is one: ./guildhall call GET catalog/products" ;; esac
    command -v curl >/dev/null || fail "call needs curl."
    need_demo
    method=$(printf '%s' "$1" | tr '[:lower:]' '[:upper:]') path=$2 body=${3-}
    case $as in
        tenant_admin | platform_admin | read_only | publishable) token=$(demo_value "$as") ;;
        *) fail "--as needs tenant_admin, platform_admin, read_only or publishable." ;;
    esac
    case $path in
        /api/* | /problems* | /.well-known/*) ;;
        *) path=/api/v1/${path#/} ;;
    esac
    has_body=$(($# - 2))
    set -- --silent --show-error --request "$method" --write-out '\n%{http_code}'
    case $method in
        POST | PUT | PATCH | DELETE) set -- "$@" --header "Idempotency-Key: $(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')" ;;
    esac
    if [ "$has_body" -eq 1 ]; then
        case $method in
            PATCH) type=application/merge-patch+json ;;
            *) type=application/json ;;
        esac
        set -- "$@" --header "Content-Type: $type" --data-binary "$body"
    fi
    # By standard input: other users of this machine see a command's arguments.
    answer=$(printf 'header = "Authorization: Bearer %s"\n' "$token" | curl --config - "$@" "$(demo_value base_url)$path") ||
        fail "The demo at $(demo_value base_url) doesn't answer."
    code=$(printf '%s\n' "$answer" | tail -n 1)
    text=$(printf '%s\n' "$answer" | sed '$d')
    say "$code"
    if ! command -v jq >/dev/null || ! printf '%s\n' "$text" | jq . 2>/dev/null; then
        printf '%s\n' "$text"
    fi
    case $code in 2??) ;; *) return 1 ;; esac
}
