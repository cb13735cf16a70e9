#!/usr/bin/env bash
# The functions are called by name.
# shellcheck disable=SC2317
# Generates clients from the served document with stock generators and their default settings, compiles them, and lets each create, read,
# patch, list, delete and book. Against the running demo, or a server of yours: GUILDHALL_URL, GUILDHALL_TOKEN.
#
#   smoke/clients/run.sh [build | tours]     without an argument: both
#
# Needs a JDK, Maven, Node.js with npm, Python, curl and jq; loads the generators by Maven and npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
demo=$here/../../.guildhall/demo.json
generator=7.25.0
work=$here/target

if [[ -z ${GUILDHALL_URL:-} && -r $demo ]]; then
    GUILDHALL_URL=$(jq -r .base_url "$demo")
    GUILDHALL_TOKEN=$(jq -r .tokens.tenant_admin "$demo")
fi
export GUILDHALL_URL=${GUILDHALL_URL:?the address of the server} GUILDHALL_TOKEN=${GUILDHALL_TOKEN:?a tenant administrator\'s token}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

# generate FOLDER GENERATOR [OPTION …]: tests and pages of the generated client are left out, its code is the default one.
generate() {
    local folder=$1
    shift
    rm -rf "$folder"
    mkdir -p "$folder"
    # It runs for seconds: a second compilation and a concurrent collector cost more than they save.
    "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -jar "$work/openapi-generator-cli-$generator.jar" generate -i "$work/openapi.json" -o "$folder" -g "$@" \
        --global-property apiTests=false,modelTests=false,apiDocs=false,modelDocs=false >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        return 1
    }
}

build_java() {
    local library=$1 folder=$work/java-$1
    generate "$folder" java --library "$library"
    # The libraries of the generated client, in the versions that its own build names.
    mvn -q -B -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath" -Dmdep.includeScope=compile >>"$folder.log"
    mkdir "$folder/classes"
    find "$folder/src/main/java" "$here/java/$library" "$here/java/Tour.java" -name '*.java' >"$folder/sources"
    "${java}c" -J-XX:+UseSerialGC -proc:none -nowarn -Xlint:-options -cp "$(<"$folder/classpath")" -d "$folder/classes" @"$folder/sources" >>"$folder.log" 2>&1 || {
        grep -A 3 'error:' "$folder.log" >&2
        return 1
    }
}

tour_java() {
    local folder=$work/java-$1
    "$java" -cp "$folder/classes:$(<"$folder/classpath")" Tour
}

build_typescript() {
    cd "$here/typescript"
    npm ci --ignore-scripts --no-audit --no-fund --silent
    rm -rf target
    generate "$PWD/target/fetch" typescript-fetch
    npx --no-install openapi-typescript "$work/openapi.json" -o target/schema.d.ts >target/schema.log 2>&1 || {
        cat target/schema.log >&2
        return 1
    }
    npx --no-install tsc -p .
}

tour_typescript() {
    cd "$here/typescript"
    echo "typescript-fetch"
    node target/js/fetch.js
    echo "openapi-typescript"
    node target/js/types.js
}

build_python() {
    local folder=$work/python
    generate "$folder" python
    python3 -m compileall -q "$folder/openapi_client"
}

tour_python() {
    if python3 -c 'import dateutil, pydantic, urllib3; exit(int(pydantic.VERSION.split(".")[0]) < 2)' 2>/dev/null; then
        PYTHONPATH=$work/python python3 "$here/python/tour.py"
    else
        echo "  ok   compiles; not run: the generated client needs pydantic 2, urllib3 and python-dateutil, and Python has no such here"
    fi
}

# lane NAME COMMAND …: a process of its own, so that it ends at its first failure; what it says is shown when it has ended.
lane() {
    local name=$1
    shift
    if "$here/run.sh" "$@" >"$work/$name.out" 2>&1; then
        printf '%s\n' "== $name" "$(<"$work/$name.out")"
    else
        printf '%s\n' "== $name FAILED" "$(<"$work/$name.out")" >&2
        return 1
    fi
}

# Generates and compiles the clients of the served document, two at a time. They change nothing in the server.
build() {
    local first failed=0
    mkdir -p "$work"
    curl -fsS "$GUILDHALL_URL/api/v1/openapi.json" -o "$work/openapi.json"
    [[ -e $work/openapi-generator-cli-$generator.jar ]] ||
        mvn -q -B dependency:copy -Dartifact="org.openapitools:openapi-generator-cli:$generator" -DoutputDirectory="$work"
    {
        lane build-java-native build_java native
        lane build-java-okhttp-gson build_java okhttp-gson
    } &
    first=$!
    lane build-typescript build_typescript || failed=1
    lane build-python build_python || failed=1
    wait "$first" || failed=1
    return "$failed"
}

# Lets each built client do its tour.
tours() {
    local failed=0
    lane java-native tour_java native || failed=1
    lane java-okhttp-gson tour_java okhttp-gson || failed=1
    lane typescript tour_typescript || failed=1
    lane python tour_python || failed=1
    return "$failed"
}

if (($# > 0)); then
    "$@"
    exit
fi
build
tours
