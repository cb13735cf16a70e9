#!/usr/bin/env bash
# The four calls of the first user, with curl alone: list the organizations, read everything about one of them, grant it something,
# retire a product. Needs bash, curl and jq, and GUILDHALL_URL and GUILDHALL_TOKEN, a tenant administrator's.
set -euo pipefail

: "${GUILDHALL_URL:?the address of the server}" "${GUILDHALL_TOKEN:?a tenant administrator\'s token}"
api=$GUILDHALL_URL/api/v1
run=$(date +%s)-$$

# Prints the answer; or says what the server refused, and ends.
ask() {
    local answer
    if answer=$(curl -sS --fail-with-body --max-time 30 -H "Authorization: Bearer $GUILDHALL_TOKEN" "$@"); then
        printf '%s\n' "$answer"
    else
        printf '%s\n' "$answer" >&2
        return 1
    fi
}

# None of the four: a product of this run's own, so that it retires nothing of yours.
product=$(ask "$api/catalog/products" -H "Idempotency-Key: first-user-$run" --json '{"name": "First user '"$run"'", "product_type": "addon"}' | jq -r .id)
ask -X POST "$api/catalog/products/$product/publish" >/dev/null

# 1. Which organizations are there?
organizations=$(ask "$api/runtime/organizations?state=active&sort=created_at&limit=200")
organization=$(jq -r '.data[0].id // empty' <<<"$organizations")
[[ -n $organization ]] || {
    echo "There is no organization yet: create a person, and there is one." >&2
    exit 1
}
echo "  $(jq '.data | length' <<<"$organizations")$(jq -r 'if .page.has_more then " or more" else "" end' <<<"$organizations") organizations"

# 2. Everything about the first of them, in one answer.
overview=$(ask "$api/overview/organizations/$organization")
jq -r '"  \(.organization.name): \(.summary)"' <<<"$overview"

# 3. It is granted the product. The key makes it safe to send again.
grant=$(ask "$api/runtime/grants" -H "Idempotency-Key: first-grant-$run" -H 'Audit-Reason: The first user' \
    --json '{"organization_id": "'"$organization"'", "product_id": "'"$product"'", "reason": "Asked for it."}')
jq -r '"  granted \(.id), \(.state) since \(.starts_at)"' <<<"$grant"

# 4. Nobody gets the product any more. Who has it keeps it.
ask -X POST "$api/catalog/products/$product/retire" -H "Idempotency-Key: first-retirement-$run" | jq -r '"  retired \(.id) at \(.retired_at)"'

# What was begun is undone: the organization is as it was.
ask "$api/runtime/grants/$(jq -r .id <<<"$grant")/revoke" --json '{"reason": "It was only to try."}' >/dev/null
