#!/usr/bin/env bash
# Drives the explorer, the health room, the widget of class sessions and the pages of problems and of unsubscribe links in headless Chromium, against
# the running demo or a server of yours.
#
#   smoke/browser/run.sh [BASE_URL TOKEN]     PICTURES=folder keeps screenshots, UNSUBSCRIBE_URL=link of a mail to reader@members.example
#
# Needs Node.js 20 or later, npm and Chromium (CHROMIUM=path if it isn't /usr/bin/chromium).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

case $# in
    0) ;;
    2) export URL=$1 TOKEN=$2 ;;
    *)
        echo "usage: smoke/browser/run.sh [BASE_URL TOKEN]" >&2
        exit 1
        ;;
esac
if [[ ! -x ${CHROMIUM:-/usr/bin/chromium} ]]; then
    echo "The browser tests need Chromium: apt-get install chromium, or CHROMIUM=path." >&2
    exit 1
fi
if [[ ! -e node_modules/.package-lock.json || package-lock.json -nt node_modules/.package-lock.json ]]; then
    npm ci --ignore-scripts --no-audit --no-fund
fi
exec node --test --test-concurrency=1
