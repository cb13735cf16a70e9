# The launcher sources this file, and sets or uses the variables.
# shellcheck disable=SC2154,SC2034
# shellcheck shell=sh
# Part of ./guildhall: builds what has changed.

need_maven() {
    command -v mvn >/dev/null || fail "Guildhall is built with Maven 3.8 or later: install it so that mvn is on the PATH (https://maven.apache.org)."
}

maven() {
    (exec_maven "$@")
}

# In place of this shell, so that what ends it ends Maven.
exec_maven() {
    # Silences what an old Maven says on a new JDK. Not in .mvn/jvm.config: an older JDK would not start with it.
    MAVEN_OPTS="${MAVEN_OPTS:-} --sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
    export MAVEN_OPTS
    exec mvn -f "$root/pom.xml" -B -ntp -T2 "$@"
}

# True if a source is newer than the last build. Folders count too, since a deleted file changes only its folder.
outdated() {
    [ -e "$1" ] || return 0
    [ -n "$(cd "$root" && find pom.xml openapi migrations server client-java smoke \
        \( -name target -o -name node_modules -o -path '*/src/test' -o -path openapi/lint -o -path smoke/curl -o -path smoke/browser -o -path smoke/clients \) -prune \
        -o -newer "$1" -print 2>/dev/null | head -n 1)" ]
}

# Builds the module and all that it needs, without tests.
build() {
    module=$1
    stamp=$root/$module/target/built
    outdated "$stamp" || return 0
    need_maven
    # All folders that the build would make beside sources: made after the stamp, they would look like a change.
    (cd "$root" && mkdir -p "$state" openapi/target migrations/target server/target client-java/target smoke/target)
    say "Building Guildhall; the first time it loads its libraries, which takes some minutes …"
    # Made before the build: what is saved while it runs is newer, and built the next time.
    : >"$stamp.begun"
    build_log=$state/build.log
    : >"$build_log"
    (exec_maven -Dmaven.test.skip=true -pl "$module" -am package) >"$build_log" 2>&1 &
    builder=$!
    trap 'kill -TERM "$builder" 2>/dev/null; exit 130' INT TERM
    show_progress
    built=0
    wait "$builder" || built=$?
    trap - INT TERM
    [ "$built" -eq 0 ] || explain_build
    mv "$stamp.begun" "$stamp"
}

# Says the module that Maven is at, with the seconds so far, while it runs: on one line of a terminal, else on a line for each module.
show_progress() {
    begun=$(date +%s) shown=
    while kill -0 "$builder" 2>/dev/null; do
        # [INFO] Building Guildhall server 0.1.0-SNAPSHOT                                    [4/5]
        current=$(sed -n 's/^\[INFO\] Building \(.*\) [0-9][^ ]* *\[\([0-9]*\)\/\([0-9]*\)\]$/\1 (\2 of \3)/p' "$build_log" | tail -n 1)
        current=${current:-loading libraries}
        if [ -t 2 ]; then
            printf '\r  %-60s %4s s' "$current" $(($(date +%s) - begun)) >&2
        elif [ "$current" != "$shown" ]; then
            say "  $current, $(($(date +%s) - begun)) s"
            shown=$current
        fi
        sleep 0.2
    done
    [ ! -t 2 ] || printf '\n' >&2
}

# Says why the build failed, and ends.
explain_build() {
    if grep -q -e 'Could not transfer' -e 'Unknown host' -e 'UnknownHostException' -e 'Network is unreachable' -e 'Could not find artifact' \
        -e 'has not been downloaded from it before' "$build_log"; then
        host=$(sed -n 's/.*\(Unknown host [^ :]*\|Network is unreachable\|Connection refused\|[Cc]onnect timed out\|status code: [0-9]*\).*/\1/p' "$build_log" | head -n 1)
        fail "Maven can't load the libraries that the build needs${host:+ ($host)}: check the network, or the proxy and mirrors in ~/.m2/settings.xml.
All of it is in $build_log"
    fi
    tail -n 40 "$build_log" >&2
    fail "The build failed; all of it is in $build_log"
}

