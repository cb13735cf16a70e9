#!/bin/sh
# Lints the OpenAPI source and, once a build has made it, the published document. Any finding, a warning too, fails.
set -eu
cd "$(dirname "$0")"
PATH=$PWD/node_modules/.bin:$PATH
export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true

if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || a === 22 && b >= 12 || a === 20 && b >= 19 ? 0 : 1)'; then
    echo "The lint needs Node.js 20.19 or later of 20, or 22.12 or later; this is $(node --version 2>/dev/null || echo none)." >&2
    exit 1
fi
if [ ! -e node_modules/.package-lock.json ] || [ -n "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
    npm ci --ignore-scripts --no-audit --no-fund
fi

published=../target/classes/openapi/openapi.yaml
broken=broken.yaml

# A rule that can't fail is none: each of ours must find something in a document that breaks them all.
found=$(spectral lint --ruleset published.yaml --format json --quiet "$broken" || true)
grep -ho '^  guildhall-[a-z]*' ruleset.yaml published.yaml | while read -r rule; do
    case $found in
        *"\"$rule\""*) ;;
        *)
            echo "The rule $rule finds nothing wrong in $broken." >&2
            exit 1
            ;;
    esac
done

redocly lint source
spectral lint --ruleset ruleset.yaml --fail-severity hint ../openapi.yaml
if [ -e "$published" ]; then
    redocly lint published
    spectral lint --ruleset published.yaml --fail-severity hint "$published"
else
    echo "No published document yet: only the source was linted."
fi
