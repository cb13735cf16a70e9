#!/usr/bin/env bash
# The catalog through the front door: products, prices, entitlements, ladders, default grants, integrations.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

integration=smoke${run//[^0-9]/}
call POST /catalog/integrations "{\"key\": \"$integration\", \"name\": \"Smoke\", \"resource_keys\": [
  {\"key\": \"$integration.sites\", \"display_name\": \"Sites\", \"unit\": \"sites\", \"kind\": \"limit\"}]}"
check "an integration registers its resource keys" 201 ".resource_keys[0].key == \"$integration.sites\""

call POST /catalog/entitlement-sets "{\"name\": \"Smoke $run\"}"
check "an entitlement set is made" 201 '.state == "active"'
set=$(member .id)
call POST "/catalog/entitlement-sets/$set/rules" "{\"resource_key\": \"$integration.sites\", \"kind\": \"limit\", \"limit_value\": 3, \"combine\": \"set\",
  \"grace_percent\": 10, \"threshold_percents\": [80, 100]}"
check "a rule limits a registered resource key" 201 '.limit_value == 3' '.enforcement == "hard"' '.threshold_percents == [80, 100]'
call POST "/catalog/entitlement-sets/$set/rules" '{"resource_key": "nobody.knows", "kind": "limit", "limit_value": 3, "combine": "set"}'
check "a resource key that no integration registers is refused" 422 '.errors[0].pointer == "/resource_key"'

product() {
    call POST /catalog/products "{\"name\": \"$1 $run\", \"entitlement_set_id\": \"$set\"}" -H "Idempotency-Key: $1-$run"
}
product Public
check "a product begins as a draft" 201 '.lifecycle_status == "draft"' '.kind == null'
public=$(member .id)
first=$body
product Public
check "the same key answers the same product" 201 ".id == \"$public\""
check_that "byte for byte" test "$body" = "$first"
check_that "and says that it is a replay" test "$(header Idempotency-Replayed)" = true
call POST /catalog/products '{"name": "Another"}' -H "Idempotency-Key: Public-$run"
check "the same key with another body is refused" 422 '.code == "idempotency_key_reused"'

call POST "/catalog/products?dry_run=true" '{"name": "Never"}'
check "a dry run answers like the real call" 201 '.name == "Never"'
check_that "and says that it was one" test "$(header Dry-Run)" = true
call POST "/catalog/products?dry_run=true" '{"name": "Never"}' -H 'Accept: application/vnd.guildhall.dry-run+json'
check "and tells what would change, if asked" 201 '.status == 201' '.result.name == "Never"' '.changes[0].before == null'
never=$(member .result.id)
call GET "/catalog/products/$never"
check "and leaves nothing" 404 '.code == "not_found"'

call POST "/catalog/products/$public/retire"
check "a draft can't be retired" 409 '.code == "invalid_state"'
call POST "/catalog/products/$public/publish"
check "a draft is published" 200 '.lifecycle_status == "published"'
etag=$(header ETag)
call PATCH "/catalog/products/$public" '{"entitlement_set_id": null}'
check "which keeps its entitlement set from then on" 409 '.code == "invalid_state"' '.errors[0].pointer == "/entitlement_set_id"'
call GET "/catalog/products/$public" '' -H "If-None-Match: $etag"
check "an unchanged product isn't sent again" 304
call PATCH "/catalog/products/$public" '{"description": "One site."}' -H 'If-Match: "1-stale"'
check "a stale version is refused" 412 '.code == "precondition_failed"'
call PATCH "/catalog/products/$public" '{"description": "One site.", "provider_references": {"stripe": "prod_'"$integration"'"}}' -H "If-Match: $etag"
check "the present version is changed" 200 '.description == "One site."' '.provider_references.stripe != null'

call POST "/catalog/products/$public/prices" '{"unit_amount": {"amount_minor": 12900, "currency": "AUD"}, "billing_interval": "month", "interval_count": 1, "tax_behavior": "inclusive"}'
check "a price is made" 201 '.unit_amount.amount_minor == 12900'
call POST "/catalog/prices/$(member .id)/archive"
check "a price is archived, never changed" 200 '.state == "archived"'

product Standard
check "a second product is made" 201
standard=$(member .id)
call POST "/catalog/products/$standard/publish"
check "and published" 200
call POST /catalog/plan-ladders "{\"name\": \"Smoke ladder $run\"}"
check "a ladder is made" 201 '.tiers == []'
ladder=$(member .id)
call POST "/catalog/plan-ladders/$ladder/tiers" "{\"name\": \"Public\", \"rank\": 0, \"product_id\": \"$public\"}"
check "a tier stands for a product" 201 '.rank == 0'
tier_public=$(member .id)
call POST "/catalog/plan-ladders/$ladder/tiers" "{\"name\": \"Standard\", \"rank\": 0, \"product_id\": \"$standard\"}"
check "a rank is taken once" 409 '.code == "ladder_conflict"'
call POST "/catalog/plan-ladders/$ladder/tiers" "{\"name\": \"Standard\", \"rank\": 1, \"product_id\": \"$standard\"}"
check "the next rank is free" 201 '.rank == 1'
tier_standard=$(member .id)
call GET "/catalog/products/$standard"
check "a product on a ladder is a plan" 200 '.kind == "plan"'
call GET "/catalog/products/$standard/ladders"
check "and tells its ladders" 200 ".data[0].id == \"$ladder\""

order="{\"tier_ids\": [\"$tier_standard\", \"$tier_public\"]}"
call PUT "/catalog/plan-ladders/$ladder/tier-order" "$order"
check "reordering asks for If-Match" 428 '.code == "precondition_required"'
call PUT "/catalog/plan-ladders/$ladder/tier-order" "$order" -H 'If-Match: "1-stale"'
check "a stale ladder isn't reordered" 412
call GET "/catalog/plan-ladders/$ladder"
check "the ladder is read" 200 '.tiers | length == 2'
call PUT "/catalog/plan-ladders/$ladder/tier-order" "$order" -H "If-Match: $(header ETag)"
check "the present one is, in one step" 200 ".tiers[0].id == \"$tier_standard\"" '[.tiers[].rank] == [0, 1]'

call POST /catalog/org-types "{\"key\": \"smoke_${run//[^0-9]/}\", \"name\": \"Smoke $run\"}"
check "an organization type is made" 201 '.state == "active"'
type=$(member .id)
call PATCH "/catalog/org-types/$type?dry_run=true" '{"is_default": true}'
check "it would take being the default from the one that is" 200 '.is_default'
call POST /catalog/default-grant-policies "{\"org_type_id\": \"$type\", \"product_id\": \"$public\", \"path\": \"on_ladder\", \"tier_id\": \"$tier_public\"}"
check "a default grant names a product" 201 '.state == "active"'
policy=$(member .id)
call POST "/catalog/products/$public/retire"
check "which then can't be retired" 409 '.code == "in_use"'
call POST "/catalog/default-grant-policies/$policy/end"
check "until the policy ends" 200 '.state == "ended"'
call POST "/catalog/products/$public/retire" '' -H 'Audit-Reason: smoke suite'
check "then it can" 200 '.lifecycle_status == "retired"'

call GET "/platform/audit-events?entity_type=product&entity_id=$public&limit=1"
check "its history shows who did what, and why" 200 '.data[0].action == "product.retired"' '.data[0].before.lifecycle_status == "published"' \
    '.data[0].after.lifecycle_status == "retired"' '.data[0].reason == "smoke suite"'

call GET '/catalog/products?limit=1&sort=name'
check "a list has pages" 200 '.page.has_more' '.data | length == 1'
cursor=$(member .page.next_cursor)
call GET "/catalog/products?limit=1&sort=name&cursor=$cursor"
check "the next one follows" 200
call GET "/catalog/products?limit=1&sort=-name&cursor=$cursor"
check "a cursor of another order is refused" 400 '.code == "invalid_cursor"'
call GET '/catalog/products?colour=red'
check "an unknown filter is refused" 400 '.errors[0].parameter == "colour"'
