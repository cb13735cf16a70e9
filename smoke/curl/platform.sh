#!/usr/bin/env bash
# The platform through the front door: health, who calls, consumers and tokens, settings, limits, audit, problems, tenants.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

token=''
call GET /health
check "the server is healthy" 200 '.status == "ok"'
call GET /health/ready
check "and ready" 200 '.status == "ok"'
call GET /auth/status
check "nobody is nobody" 200 '.authenticated == false'
call GET /catalog/products
check "without a token nothing is shown" 401 '.code == "unauthenticated"'
check_that "and the answer says how to ask" grep -qi '^www-authenticate: bearer' <<<"$headers"
token=gld_live_abcdefghijkl_0123456789012345678901234567890123456789012_00000000
call GET /auth/status
check "a forged token is refused" 401 '.code == "unauthenticated"'
token=$GUILDHALL_TOKEN
call GET /auth/status
check "a good token tells who calls" 200 .authenticated '.tenant.id | startswith("ten_")'
call GET /openapi.json
check "the document is served" 200 '.openapi | startswith("3.1")'

call POST /platform/consumers "{\"name\": \"Smoke $run\", \"owner_name\": \"Smoke\", \"contact_email\": \"smoke@example.org\", \"scopes\": [\"catalog:read\", \"platform:settings:read\"]}"
check "a consumer is made" 201 '.state == "active"'
consumer=$(member .id)
call POST /platform/tokens "{\"consumer_id\": \"$consumer\", \"name\": \"First\", \"scopes\": [\"catalog:read\"]}" -H "Idempotency-Key: token-$run"
check "a token is shown once" 201 '.token | startswith("gld_")'
issued=$(member .id) clear=$(member .token) etag=$(header ETag)
call POST /platform/tokens "{\"consumer_id\": \"$consumer\", \"name\": \"First\", \"scopes\": [\"catalog:read\"]}" -H "Idempotency-Key: token-$run"
check "a retry with its key gets it again" 201 ".token == \"$clear\""
call GET "/platform/tokens/$issued"
check "afterwards only its prefix is" 200 'has("token") | not' '.prefix | startswith("gld_")'
call POST /platform/tokens "{\"consumer_id\": \"$consumer\", \"name\": \"Too much\", \"scopes\": [\"platform:tenants:write\"]}"
check "nobody gives more than they hold" 403 '.code == "insufficient_scope"'

token=$clear
call GET /catalog/products
check "the new token reads" 200
call POST /catalog/products '{"name": "No"}'
check "and doesn't write" 403 '.code == "insufficient_scope"'
token=$GUILDHALL_TOKEN
call POST "/platform/tokens/$issued/rotate" '{"overlap_seconds": 60}' -H "If-Match: $etag"
check "a token is rotated" 201 ".rotated_from == \"$issued\""
rotated=$(member .id) successor=$(member .token)
token=$successor
call GET /catalog/products
check "its successor reads" 200
token=$GUILDHALL_TOKEN
call POST "/platform/tokens/$rotated/revoke"
check "a token is revoked" 200 '.state == "revoked"'
token=$successor
call GET /catalog/products
check "and is worth nothing from the next request on" 401 '.code == "token_revoked"'
token=$GUILDHALL_TOKEN

call GET /platform/settings
check "the tenant reads its settings" 200 '.currency | length == 3'
call GET /platform/rate-limit
check "limits are told" 200 '.rate_limits | length > 0'
call GET "/platform/idempotency-keys/token-$run"
check "a key tells what became of it" 200 '.outcome == "committed"'
call GET "/platform/idempotency-keys/never-$run"
check "or that it never happened" 404

call GET "/platform/audit-events?entity_type=token&entity_id=$rotated&limit=1"
check "the trail shows the revocation" 200 '.data[0].action == "token.revoked"'
event=$(member '.data[0].id')
call POST "/platform/audit-events/$event/reviews" '{"outcome": "approved", "note": "Smoke suite."}'
check "an owner reviews it" 201 '.outcome == "approved"'
call GET "/platform/audit-events/$event/reviews"
check "beside the event" 200 '.data | length == 1'

call GET "/platform/events?type=token.revoked&sort=-position&limit=1"
check "the event feed has it, too" 200 ".data[0].entity_id == \"$rotated\" and .data[0].after.state == \"revoked\""
position=$(member '.data[0].position')
call GET "/platform/events?after=$((position - 1))&limit=1"
check "and is read on from a position" 200 ".data[0].position == $position"
call GET "/platform/events?after=9007199254740991"
check "but not from one that it hasn't reached" 400 '.errors[0].parameter == "after"'

code=$(curl -sS -o /dev/null -w '%{http_code}' "$GUILDHALL_URL/problems/not_found")
check_that "every problem has a page" test "$code" = 200
call GET /nowhere
check "an unknown path is a problem too" 404 '.type | endswith("/problems/not_found")'
call DELETE /health
check "and an unknown method" 405
check_that "which tells those that are known" test -n "$(header Allow)"

if [[ -n ${GUILDHALL_PUBLISHABLE_TOKEN-} ]]; then
    call GET "/platform/tokens?prefix=$(cut -d_ -f1-3 <<<"$GUILDHALL_PUBLISHABLE_TOKEN")"
    check "a publishable token holds what anybody may see, and nothing else" 200 '.data[0].scopes | length > 0 and all(endswith(":public"))'
    origin=$(member '.data[0].origins[0]')
    token=$GUILDHALL_PUBLISHABLE_TOKEN
    call GET /auth/status
    check "it is good in its own pages only" 403 '.code == "origin_not_allowed"'
    call GET /auth/status '' -H "Origin: $origin"
    check "and good there" 200 '.authenticated'
    call GET /catalog/products '' -H "Origin: $origin"
    check "where it sees no drafts" 403 '.required_scope == "catalog:read"'
fi

if [[ -n ${GUILDHALL_PLATFORM_TOKEN-} ]]; then
    token=$GUILDHALL_PLATFORM_TOKEN
    call POST /platform/tenants "{\"name\": \"Smoke $run\", \"mode\": \"test\", \"time_zone\": \"Australia/Sydney\", \"currency\": \"AUD\"}"
    check "the platform makes a tenant" 201 '.state == "active"'
    tenant=$(member .id)
    call POST "/platform/tenants/$tenant/admin-tokens" '{}'
    check "and its administrator's token" 201 '.token | startswith("gld_test_")'
    administrator=$(member .token)
    call POST "/platform/tenants/$tenant/suspend" '{"reason": "Smoke suite."}'
    check "it suspends the tenant" 200 '.state == "suspended"'
    token=$administrator
    call POST /catalog/products '{"name": "No"}'
    check "which then can't be changed" 403 '.code == "tenant_suspended"'
    call GET /catalog/products
    check "but read" 200 '.data == []'
    token=$GUILDHALL_PLATFORM_TOKEN
    call POST "/platform/tenants/$tenant/reactivate"
    check "and reactivates it" 200 '.state == "active"'
fi
