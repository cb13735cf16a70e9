# The launcher sources this file, and sets or uses the variables.
# shellcheck disable=SC2154,SC2034
# shellcheck shell=sh
# Part of ./guildhall: the verbs demo, status and stop.

# Reads the options that demo, status and stop share. Sets: data, port, detach, fresh.
read_demo_options() {
    data=$state port=${GUILDHALL_PORT:-8080} detach=no fresh=no
    while [ $# -gt 0 ]; do
        case $1 in
            --data | --port)
                [ $# -ge 2 ] || fail "$1 needs a value."
                if [ "$1" = --data ]; then data=$2; else port=$2; fi
                shift
                ;;
            --detach) detach=yes ;;
            --fresh) fresh=yes ;;
            *) fail "Unknown option: $1. ./guildhall help $verb lists them." ;;
        esac
        shift
    done
    data=$(absolute "$data")
    case $port in '' | *[!0-9]* | ??????*) fail "--port needs a number from 0 to 65535." ;; esac
    [ "$port" -le 65535 ] || fail "--port needs a number from 0 to 65535."
}

absolute() {
    case $1 in /*) printf '%s\n' "$1" ;; *) printf '%s\n' "$PWD/$1" ;; esac
}

# True if a program listens on this port, as far as this machine tells. The server says so itself otherwise, but only after the build.
port_taken() {
    [ "$1" -ne 0 ] || return 1
    if [ -r /proc/net/tcp ]; then
        # Local address and port in hexadecimal; 0A is a socket that listens.
        grep -q -i -E "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$1") [0-9A-F]+:[0-9A-F]+ 0A" /proc/net/tcp /proc/net/tcp6 2>/dev/null
    elif command -v lsof >/dev/null; then
        lsof -nP -iTCP:"$1" -sTCP:LISTEN >/dev/null 2>&1
    else
        return 1
    fi
}

# Prints a process' command line, or nothing if it is gone.
command_line() {
    if [ -r "/proc/$1/cmdline" ]; then
        tr '\0' ' ' <"/proc/$1/cmdline" 2>/dev/null || true
    else
        ps -o args= -p "$1" 2>/dev/null || true
    fi
}

# Prints the process number of the demo on this data, if it runs. A number alone may be another program's by now.
running_demo() {
    [ -r "$data/demo.json" ] || return 0
    pid=$(sed -n 's/.*"pid"[[:space:]]*:[[:space:]]*\([0-9][0-9]*\).*/\1/p' "$data/demo.json" | head -n 1)
    [ -n "$pid" ] || return 0
    case $(command_line "$pid") in
        *org.guildhall.smoke.Demo*"$data"*) printf '%s\n' "$pid" ;;
    esac
}

demo() {
    read_demo_options "$@"
    find_jdk
    mkdir -p "$data"
    data=$(cd "$data" && pwd -P)
    pid=$(running_demo)
    [ -z "$pid" ] || fail "The demo already runs as process $pid; ./guildhall stop ends it."
    ! port_taken "$port" || fail "Port $port is used by another program: stop that program, or choose another port, ./guildhall demo --port $((port % 65535 + 1))"
    build smoke
    rm -f "$data/demo.json"
    mkdir -p "$state"
    set -- --port "$port" --data "$data"
    [ "$fresh" = no ] || set -- "$@" --fresh
    # shellcheck disable=SC2086 # the options are several words
    set -- "$JAVA_HOME/bin/java" -XX:AOTCache="$state/demo.aot" -Xlog:aot=off -Xlog:cds=off -XX:+ExitOnOutOfMemoryError ${GUILDHALL_JAVA_OPTS:-} -cp "$smoke_jar" org.guildhall.smoke.Demo "$@"
    if [ "$detach" = no ]; then
        run_demo "$@"
        return
    fi
    # What it says holds tokens.
    rm -f "$data/demo.out"
    (umask 077 && : >"$data/demo.out")
    nohup "$@" </dev/null >>"$data/demo.out" 2>"$data/demo.log" &
    wait_until_ready $!
    cat "$data/demo.out"
}

# Runs the demo until it ends. Its log goes into a file; what is no line of the log, the JVM's own complaint, is shown.
run_demo() {
    say "The log is $data/demo.log"
    "$@" </dev/null 2>"$data/demo.log" &
    demo_process=$!
    trap 'kill -TERM "$demo_process" 2>/dev/null' INT TERM HUP
    while :; do
        ended=0
        wait "$demo_process" || ended=$?
        kill -0 "$demo_process" 2>/dev/null || break
    done
    trap - INT TERM HUP
    # 143 is the end by a signal.
    if [ "$ended" -ne 0 ] && [ "$ended" -ne 143 ] && [ "$ended" -ne 130 ]; then
        demo_ended
    fi
}

demo_ended() {
    grep -v '^{' "$data/demo.log" | tail -n 5 >&2 || true
    fail "The demo ended before it was ready; its log is $data/demo.log"
}

wait_until_ready() {
    waited=0
    while [ ! -s "$data/demo.json" ]; do
        if ! kill -0 "$1" 2>/dev/null; then
            cat "$data/demo.out" >&2
            demo_ended
        fi
        # Five minutes: the first start unpacks PostgreSQL and seeds, perhaps on a slow disk.
        if [ $waited -ge 1500 ]; then
            kill -TERM "$1"
            fail "The demo isn't ready after five minutes; its log is $data/demo.log"
        fi
        waited=$((waited + 1))
        sleep 0.2
    done
}

status() {
    read_demo_options "$@"
    [ ! -d "$data" ] || data=$(cd "$data" && pwd -P)
    pid=$(running_demo)
    if [ -z "$pid" ]; then
        say "No demo runs on $data."
        return 1
    fi
    printf 'The demo runs at %s as process %s.\n  data  %s\n  log   %s\n' "$(demo_value base_url)" "$pid" "$data" "$data/demo.log"
}

stop() {
    read_demo_options "$@"
    [ ! -d "$data" ] || data=$(cd "$data" && pwd -P)
    pid=$(running_demo)
    if [ -z "$pid" ]; then
        say "No demo runs on $data."
        rm -f "$data/demo.json"
        return 0
    fi
    kill -TERM "$pid"
    waited=0
    while kill -0 "$pid" 2>/dev/null; do
        [ $waited -lt 600 ] || fail "Process $pid doesn't end; its log is $data/demo.log"
        waited=$((waited + 1))
        sleep 0.2
    done
    rm -f "$data/demo.json"
    say "Stopped."
}

# Prints one member of the running demo's description.
demo_value() {
    sed -n 's/.*"'"$1"'"[[:space:]]*:[[:space:]]*"\([^"]*\)".*/\1/p' "$data/demo.json" | head -n 1
}
