#!/usr/bin/env bash
# The functions are called by name.
# shellcheck disable=SC2317
# Generates clients from the served document with stock generators and their default settings, compiles them, and lets each create, read,
# patch, list, delete and book. Against the running demo, or a server of yours: GUILDHALL_URL, GUILDHALL_TOKEN.
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
    "$java" -jar "$work/openapi-generator-cli-$generator.jar" generate -i "$work/openapi.json" -o "$folder" -g "$@" \
        --global-property apiTests=false,modelTests=false,apiDocs=false,modelDocs=false >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        return 1
    }
}

java_client() {
    local library=$1 folder=$work/java-$1
    generate "$folder" java --library "$library"
    # The libraries of the generated client, in the versions that its own build names.
    mvn -q -B -f "$folder/pom.xml" dependency:build-classpath -Dmdep.outputFile="$folder/classpath" -Dmdep.includeScope=compile >>"$folder.log"
    mkdir "$folder/classes"
    find "$folder/src/main/java" "$here/java/$library" "$here/java/Tour.java" -name '*.java' >"$folder/sources"
    "${java}c" -proc:none -nowarn -Xlint:-options -cp "$(<"$folder/classpath")" -d "$folder/classes" @"$folder/sources" >>"$folder.log" 2>&1 || {
        grep -A 3 'error:' "$folder.log" >&2
        return 1
    }
    "$java" -cp "$folder/classes:$(<"$folder/classpath")" Tour
}

typescript_clients() {
    cd "$here/typescript"
    npm ci --ignore-scripts --no-audit --no-fund --silent
    rm -rf target
    generate "$PWD/target/fetch" typescript-fetch
    npx --no-install openapi-typescript "$work/openapi.json" -o target/schema.d.ts >target/schema.log 2>&1 || {
        cat target/schema.log >&2
        return 1
    }
    npx --no-install tsc -p .
    echo "typescript-fetch"
    node target/js/fetch.js
    echo "openapi-typescript"
    node target/js/types.js
}

python_client() {
    local folder=$work/python
    generate "$folder" python
    python3 -m compileall -q "$folder/openapi_client"
    if python3 -c 'import dateutil, pydantic, urllib3; exit(int(pydantic.VERSION.split(".")[0]) < 2)' 2>/dev/null; then
        PYTHONPATH=$folder python3 "$here/python/tour.py"
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

if (($# > 0)); then
    "$@"
    exit
fi

mkdir -p "$work"
curl -fsS "$GUILDHALL_URL/api/v1/openapi.json" -o "$work/openapi.json"
[[ -e $work/openapi-generator-cli-$generator.jar ]] ||
    mvn -q -B dependency:copy -Dartifact="org.openapitools:openapi-generator-cli:$generator" -DoutputDirectory="$work"

# Two at a time.
failed=0
{
    lane java-native java_client native
    lane java-okhttp-gson java_client okhttp-gson
} &
first=$!
lane typescript typescript_clients || failed=1
lane python python_client || failed=1
wait "$first" || failed=1
exit "$failed"
