#!/usr/bin/env bash
# Billing through the front door: a connection, signed events of Stripe and GoCardless, deliveries and accounts.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

connections=/billing/connections
deliveries=/billing/webhook-deliveries
secret="whsec_smoke_$run"

call POST $connections "{\"name\": \"Smoke $run\", \"external_id\": \"smoke-$run\", \"provider\": \"stripe\", \"livemode\": true}"
check "a connection without a secret" 201 '.has_secret | not' '(.webhook_url | split("/") | last) == .id'
connection=$(member .id)
call POST "$connections/$connection/rotate-secret" "{\"secret\": \"$secret\"}"
check "gets one, which isn't shown" 200 .has_secret '.secret_rotated_at != null' '.secret == null'

call POST "$connections/$connection/set-api-key" '{"api_key": "rk_test_ofTheOtherMode01"}'
check "an API key of the other mode is refused" 422 '.code == "validation_failed"'
call POST "$connections/$connection/set-api-key" '{"api_key": null}'
check "it has none" 200 '.has_api_key | not' '.api_key == null'
call POST /billing/reconciliations "{\"connection_id\": \"$connection\"}"
check "and can't be compared with the provider" 409 '.code == "invalid_state"'

call POST /billing/checkout-sessions "{\"connection_id\": \"$connection\", \"organization_id\": \"org_01m7xtgw8ee4nsarsny5pa09x8\",
  \"price_ids\": [\"prc_01m7xt8zvvechr6enzcyzjkhp8\"], \"success_url\": \"https://smoke.example/welcome\"}"
check "nor opens it checkout sessions" 409 '.code == "invalid_state"' '.errors[0].pointer == "/connection_id"'
call GET '/billing/checkout-sessions?state=open'
check "which can be listed" 200 '.data == []'

# An event of Stripe with an object, signed as Stripe does.
send() {
    sent="{\"id\": \"$1\", \"object\": \"event\", \"type\": \"$2\", \"created\": $3, \"livemode\": true, \"api_version\": \"2026-07-29.dahlia\",
      \"data\": {\"object\": $4}}"
    now=$(date +%s)
    signature=$(printf '%s.%s' "$now" "$sent" | openssl dgst -sha256 -hmac "$secret" -hex | sed 's/.* //')
    call POST "/billing/webhooks/$connection" "$sent" -H "Stripe-Signature: t=$now,v1=$signature"
}

event() {
    send "$1" "$2" "$3" "{\"id\": \"cus_$run\", \"object\": \"customer\", \"name\": \"$4\", \"email\": \"mira@smoke.example\"}"
}

begun=$(date +%s)
event "evt_$run" customer.updated "$begun" "Mira Rossi"
check "a signed event is applied" 200 '.deliveries[0].state == "processed"' '.deliveries[0].repeated | not'
delivery=$(member '.deliveries[0].id')
event "evt_$run" customer.updated "$begun" "Mira Rossi"
check "and counted once" 200 ".deliveries[0].id == \"$delivery\"" '.deliveries[0].repeated'
event "evt_old_$run" customer.created "$((begun - 60))" "Mira"
check "an older event is stored" 200 '.deliveries[0].state == "processed"'
call GET "$deliveries?connection_id=$connection&outcome=stale"
check "and has no effect" 200 '.data | length == 1' ".data[0].event_reference == \"evt_old_$run\""
call POST "/billing/webhooks/$connection" "$sent" -H "Stripe-Signature: t=$now,v1=${signature//[0-9]/0}"
check "a wrong signature is refused" 400 '.code == "signature_invalid"'
call GET "$connections/$connection"
check "and counted" 200 '.refused_deliveries == 1'
call GET "$deliveries/$delivery"
check "the delivery tells its effect" 200 '.received_count == 2' '.outcome == "applied"' '.effects[0].entity_type == "account"'
account=$(member '.effects[0].entity_id')
call GET "/billing/accounts/$account"
check "the account is the newest one" 200 '.name == "Mira Rossi"' '.state == "active"' '.link_source == "none"' ".mirror.delivery_id == \"$delivery\""
call GET "$deliveries?account_id=$account&sort=created_at"
check "and has both deliveries" 200 "[.data[].event_reference] == [\"evt_$run\", \"evt_old_$run\"]"
call POST "/billing/delivery-replays?dry_run=true" "{\"filter\": {\"connection_id\": \"$connection\", \"state\": \"processed\"}}"
check "a replay of both is tried" 202 '.total == 2' '.state == "queued"'
call POST /billing/delivery-replays "{\"external_id\": \"smoke-$run\", \"filter\": {\"connection_id\": \"$connection\", \"state\": \"processed\"}}"
check "and begun" 202 '.total == 2' '.processed == 0'
replay=$(member .id)
call GET "/billing/delivery-replays?external_id=smoke-$run"
check "it is listed" 200 ".data[0].id == \"$replay\""
call GET "/billing/delivery-replays/$replay"
check "and can be read" 200 ".filter.connection_id == \"$connection\"" '.failure == null'
call GET "$deliveries/$delivery/payload"
check "the body can be read" 200 ".event.id == \"evt_$run\""

call POST /billing/portal-sessions "{\"account_id\": \"$account\", \"return_url\": \"https://smoke.example/account\"}"
check "without an API key it has no portal" 409 '.code == "invalid_state"' '.errors[0].pointer == "/account_id"'
call GET "/billing/portal-sessions?account_id=$account"
check "and no portal session" 200 '.data == []'
call POST /billing/plan-changes '{"subscription_id": "sub_01m7yy9s2dq91k5gqapenecfs0", "price_id": "prc_01m7xt8zvvechr6enzcyzjkhp8", "timing": "period_end",
  "proration": "none"}'
check "a plan change needs a subscription" 422 '.errors[0].pointer == "/subscription_id"'

# GoCardless: several events in one body, signed without a time.
call POST $connections "{\"name\": \"GoCardless $run\", \"provider\": \"gocardless\", \"livemode\": false, \"account_reference\": \"OR$run\",
  \"secret\": \"$secret\", \"settings\": {\"implied_tax\": {\"rate_bp\": 1000, \"behavior\": \"inclusive\", \"name\": \"GST\"}}}"
check "a connection to GoCardless" 201 '.provider == "gocardless"' '.settings.implied_tax.rate_bp == 1000'
debits=$(member .id)
debit() {
    printf '{"id": "EV%s%s", "created_at": "2026-09-08T06:00:00.000Z", "resource_type": "%s", "action": "%s", "links": {"%s": "%s1", "organisation": "%s"}}' \
        "$1" "$run" "$2" "$3" "${2%s}" "$run" "$4"
}
sent="{\"events\": [$(debit 1 payments confirmed "OR$run"), $(debit 2 exports created "OR$run"), $(debit 3 payments paid_out OR0)]}"
signature=$(printf '%s' "$sent" | openssl dgst -sha256 -hmac "$secret" -hex | sed 's/.* //')
call POST "/billing/webhooks/$debits" "$sent" -H "Webhook-Signature: $signature"
check "its events are deliveries of their own" 200 '[.deliveries[].state] == ["processed", "skipped", "skipped"]'
call POST "/billing/webhooks/$debits" "$sent" -H "Webhook-Signature: $signature"
check "and counted once" 200 '[.deliveries[].repeated] == [true, true, true]'
call POST "/billing/webhooks/$debits" "$sent" -H "Webhook-Signature: ${signature^^}"
check "another form of the signature is refused" 400 '.code == "signature_invalid"'
call GET "$deliveries?connection_id=$debits&outcome=fetch_requested"
check "the first one asks for the payment" 200 '.data | length == 1' ".data[0].object_reference == \"${run}1\""
call GET "$deliveries?connection_id=$debits&state=skipped"
check "the others are of no use" 200 '[.data[].skip_reason] | sort == ["foreign", "unknown_type"]'

# Paystack: an event has no id, so its body's hash is one.
call POST $connections "{\"name\": \"Paystack $run\", \"provider\": \"paystack\", \"livemode\": true, \"secret\": \"$secret\"}"
paystack=$(member .id)
sent="{\"event\": \"charge.success\", \"data\": {\"domain\": \"live\", \"reference\": \"T$run\", \"amount\": 110000, \"currency\": \"NGN\"}}"
signature=$(printf '%s' "$sent" | openssl dgst -sha512 -hmac "$secret" -hex | sed 's/.* //')
call POST "/billing/webhooks/$paystack" "$sent" -H "x-paystack-signature: $signature"
check "an event of Paystack is known by its hash" 200 ".deliveries[0].event_reference == \"$(printf '%s' "$sent" | openssl dgst -sha256 -hex | sed 's/.* //')\""

call GET '/runtime/organizations?limit=1&state=active'
check "an organization" 200 '.data | length == 1'
organization=$(member '.data[0].id')
call POST "/billing/accounts/$account/link" "{\"organization_id\": \"$organization\"}"
check "gets the account" 200 ".organization_id == \"$organization\"" '.link_source == "operator"'
call GET "/billing/accounts?organization_id=$organization&provider_reference=cus_$run"
check "and lists it" 200 '.data | length == 1'
call POST "/billing/accounts/$account/unlink"
check "until it is unlinked" 200 '.organization_id == null'
sent="{\"id\": \"evt_sub_$run\", \"type\": \"customer.subscription.created\", \"created\": $begun, \"livemode\": true, \"data\": {\"object\":
  {\"id\": \"sub_$run\", \"customer\": \"cus_$run\", \"status\": \"active\", \"items\": {\"data\": [{\"id\": \"si_$run\",
  \"price\": {\"id\": \"price_$run\", \"unit_amount\": 12900, \"currency\": \"aud\"}}]}}}}"
now=$(date +%s)
signature=$(printf '%s.%s' "$now" "$sent" | openssl dgst -sha256 -hmac "$secret" -hex | sed 's/.* //')
call POST "/billing/webhooks/$connection" "$sent" -H "Stripe-Signature: t=$now,v1=$signature"
check "a subscription" 200 '.deliveries[0].state == "processed"'
call GET "/billing/subscriptions?account_id=$account"
check "has its items" 200 '.data | length == 1' '.data[0].items[0].entitlement == "unmapped"' '.data[0].items[0].unit_amount == {"amount_minor": 12900, "currency": "AUD"}'
call GET "/billing/subscriptions/$(member '.data[0].id')/changes"
check "and its changes" 200 '.data[0].kind == "created"'
call GET "/billing/subscription-changes?subscription_id=$(member '.data[0].subscription_id')&kind=created&expand=subscription"
check "also among those of all subscriptions" 200 '.data | length == 1' ".data[0].subscription.provider_reference == \"sub_$run\""
resumption=$((begun + 86400))
send "evt_paused_$run" customer.subscription.updated "$((begun + 1))" "{\"id\": \"sub_$run\", \"object\": \"subscription\", \"customer\": \"cus_$run\",
  \"status\": \"active\", \"pause_collection\": {\"behavior\": \"void\", \"resumes_at\": $resumption}, \"discounts\": [\"di_$run\"],
  \"items\": {\"data\": [{\"id\": \"si_$run\", \"current_period_end\": $resumption, \"price\": {\"id\": \"price_$run\"}}]}}"
check "a pause of it" 200 '.deliveries[0].state == "processed"'
resumes=$(date -u -d "@$resumption" +%Y-%m-%dT%H:%M:%S)
call GET "/billing/subscriptions?account_id=$account&period_ends_from=${resumes}Z"
check "tells its end, and the discount" 200 '.data | length == 1' '.data[0].collection == "paused"' ".data[0].resumes_at == \"$resumes.000000Z\"" \
    '.data[0].paused_at == null' ".data[0].discounts[0].provider_reference == \"di_$run\"" '.data[0].discounts[0].coupon_reference == null'
call GET "/billing/subscriptions?account_id=$account&period_ends_before=${resumes}Z"
check "and its period ends no earlier" 200 '.data == []'
send "evt_declined_$run" payment_intent.payment_failed "$begun" "{\"id\": \"pi_declined_$run\", \"object\": \"payment_intent\",
  \"status\": \"requires_payment_method\", \"customer\": \"cus_$run\", \"currency\": \"aud\", \"amount\": 12900,
  \"last_payment_error\": {\"code\": \"card_declined\"}}"
check "a failed payment is applied" 200 '.deliveries[0].state == "processed"'
call GET '/platform/events?type=payment.failed&sort=-position&limit=1'
check "and in the event feed" 200 ".data[0].after.provider_reference == \"pi_declined_$run\""
# An invoice of a customer, signed as Stripe does.
sent="{\"id\": \"evt_in_$run\", \"object\": \"event\", \"type\": \"invoice.finalized\", \"created\": $begun, \"livemode\": true, \"data\": {\"object\": {
  \"id\": \"in_$run\", \"object\": \"invoice\", \"status\": \"open\", \"customer\": \"cus_$run\", \"currency\": \"aud\", \"number\": \"SMOKE-$run\",
  \"total\": 12900, \"amount_due\": 12900, \"amount_remaining\": 12900, \"lines\": {\"object\": \"list\", \"has_more\": false, \"data\": [
    {\"id\": \"il_$run\", \"object\": \"line_item\", \"amount\": 12900, \"description\": \"Plan\"}]}}}}"
now=$(date +%s)
signature=$(printf '%s.%s' "$now" "$sent" | openssl dgst -sha256 -hmac "$secret" -hex | sed 's/.* //')
call POST "/billing/webhooks/$connection" "$sent" -H "Stripe-Signature: t=$now,v1=$signature"
check "an invoice is applied" 200 '.deliveries[0].state == "processed"'
call GET "/billing/invoices?number=SMOKE-$run"
check "and found by its number" 200 '.data[0].total.amount_minor == 12900' ".data[0].account_id == \"$account\"" '.data[0].state == "open"'
invoice=$(member '.data[0].id')
call GET "/billing/invoices/$invoice"
check "it can be read" 200 '.lines_complete' '.tax == null'
call GET "/billing/invoices/$invoice/lines"
check "with its lines" 200 '.data | length == 1' '.data[0].net_amount.amount_minor == 12900'

call GET "/billing/ledger-transactions?entity_id=$invoice"
check "it is posted" 200 '.data | length == 1' '.data[0].kind == "invoice_finalized"' '.data[0].entries | map(.amount.amount_minor) == [12900, 12900]'
transaction=$(member '.data[0].id')
receivable=$(member '.data[0].entries[0].ledger_account_id')
call GET "/billing/ledger-transactions/$transaction"
check "with its cause" 200 ".entity_id == \"$invoice\"" '.delivery_id != null' '.reversed_by_id == null'
call GET "/billing/ledger-accounts/$receivable"
check "the account owes it" 200 '.kind == "receivable"' '.balance.amount_minor == 12900' ".account_id == \"$account\""
call GET "/billing/ledger-accounts?account_id=$account&kind=receivable"
check "and can be found" 200 '.data | length == 1'
call GET "/billing/accounts/$account/ledger"
check "its balances" 200 '.balances | map([.kind, .balance.amount_minor]) == [["receivable", 12900]]'
call GET "/billing/accounts/$account/ledger?recorded_at=2020-01-01T00:00:00Z"
check "were empty before" 200 '.balances == []'

# Dunning: a policy, and its case after a failed payment.
call POST /billing/dunning-policies "{\"name\": \"Smoke $run\", \"external_id\": \"smoke-$run\", \"steps\": [{\"after_days\": 1, \"action\": \"message\"},
  {\"after_days\": 14, \"action\": \"suspend\"}]}"
check "a dunning policy" 201 '.is_default | not' '.hold_while_degraded' '.steps | length == 2'
policy=$(member .id)
call POST /billing/dunning-policies '{"name": "P", "steps": [{"after_days": 1, "action": "suspend"}, {"after_days": 2, "action": "message"}]}'
check "suspends at its end only" 422 '.errors[0].pointer == "/steps/0/action"'
call PATCH "/billing/dunning-policies/$policy" '{"minimum_amounts": [{"amount_minor": 500, "currency": "AUD"}]}'
check "gets a minimum" 200 '.minimum_amounts[0].amount_minor == 500' '.version == 2'
call PATCH "/billing/dunning-policies/$policy" '{"stop_on": ["dispute"]}'
check "and stops on disputes" 200 '.stop_on == ["dispute"]' '.version == 3'
call GET "/billing/dunning-policies?external_id=smoke-$run"
check "is listed" 200 '.data | length == 1'
call GET "/billing/dunning-policies/$policy"
check "is read" 200 '.state == "active"'
call POST "/billing/dunning-policies/$policy/archive"
check "is archived" 200 '.state == "archived"'
call GET '/billing/dunning-cases?state=recovered'
check "the demo's case, which was paid" 200 '.data | length >= 1' '.data[0].next_position == null'
case_id=$(member '.data[0].id')
call GET "/billing/dunning-cases/$case_id?expand=invoice"
check "is read with its invoice" 200 '.opened_amount.amount_minor == 12900' '.invoice.state == "paid"'
call GET '/billing/dunning-cases?held_reason=dispute'
check "none is held by a dispute" 200 '.data == []'
for verb in release drop; do
    call POST "/billing/dunning-cases/$case_id/$verb"
    check "has ended, so no $verb" 409 '.code == "invalid_state"'
done
call POST "/billing/dunning-cases/$case_id/hold" '{"note": "Pays in cash."}'
check "and no hold" 409 '.code == "invalid_state"'
call GET "/billing/dunning-attempts?case_id=$case_id&channel=email"
check "its attempts" 200 '.data == []'
call GET /billing/dunning-attempts/dat_01m84f3c5e7g9j1m3p5r7t9w1y
check "an unknown attempt" 404 '.code == "not_found"'
call POST /billing/dunning-cases/preview '{}'
check "a preview" 200 '.decisions | type == "array"'
call GET /billing/dunning-analytics
check "results" 200 '.cases.recovered >= 1' '.amounts[0].currency == "AUD"'

send "evt_charge_$run" charge.succeeded "$begun" "{\"id\": \"ch_$run\", \"object\": \"charge\", \"status\": \"succeeded\", \"payment_intent\": \"pi_$run\",
  \"customer\": \"cus_pays_$run\", \"currency\": \"aud\", \"amount\": 12900, \"captured\": true, \"amount_captured\": 12900, \"created\": $begun}"
check "a payment is received" 200 '.deliveries[0].state == "processed"'
send "evt_refund_$run" refund.created "$begun" "{\"id\": \"re_$run\", \"object\": \"refund\", \"status\": \"succeeded\", \"payment_intent\": \"pi_$run\",
  \"currency\": \"aud\", \"amount\": 2900, \"created\": $begun}"
check "a part of it is refunded" 200 '.deliveries[0].state == "processed"'
send "evt_dispute_$run" charge.dispute.created "$begun" "{\"id\": \"du_$run\", \"object\": \"dispute\", \"status\": \"needs_response\",
  \"payment_intent\": \"pi_$run\", \"currency\": \"aud\", \"amount\": 10000, \"created\": $begun, \"balance_transactions\": []}"
check "the rest is disputed" 200 '.deliveries[0].state == "processed"'
send "evt_payout_$run" payout.paid "$begun" "{\"id\": \"po_$run\", \"object\": \"payout\", \"status\": \"paid\", \"currency\": \"aud\", \"amount\": 9000,
  \"created\": $begun, \"arrival_date\": $begun}"
check "a payout arrives" 200 '.deliveries[0].state == "processed"'
coupon="{\"id\": \"SMOKE_$run\", \"object\": \"coupon\", \"name\": \"Smoke\", \"percent_off\": 12.5, \"duration\": \"once\", \"valid\": true, \"created\": $begun}"
send "evt_coupon_$run" coupon.created "$begun" "$coupon"
check "a coupon is made" 200 '.deliveries[0].state == "processed"'
call GET "/billing/coupon-mappings?connection_id=$connection&state=active"
check "and listed" 200 '.data | length == 1' '.data[0].percent == "12.5"' '.data[0].is_limited == null'
mapping=$(member '.data[0].id')
send "evt_promo_$run" promotion_code.created "$begun" "{\"id\": \"promo_$run\", \"object\": \"promotion_code\", \"code\": \"Smoke$run\", \"active\": true,
  \"promotion\": {\"type\": \"coupon\", \"coupon\": \"SMOKE_$run\"}, \"max_redemptions\": 5, \"times_redeemed\": 1, \"created\": $begun}"
check "with a promotion code" 200 '.deliveries[0].state == "processed"'
call GET "/billing/promotion-codes?code=SMOKE$run"
check "which is found by its word" 200 '.data | length == 1' ".data[0].coupon_mapping_id == \"$mapping\"" '.data[0].redemptions_max == 5'
promotion=$(member '.data[0].id')
call GET "/billing/promotion-codes/$promotion"
check "and read" 200 '.state == "active"'
send "evt_coupon_gone_$run" coupon.deleted "$((begun + 1))" "$coupon"
check "and deleted" 200 '.deliveries[0].state == "processed"'
call GET "/billing/coupon-mappings/$mapping"
check "but can be read" 200 '.state == "deleted"' ".provider_reference == \"SMOKE_$run\""
call GET "/billing/payments?provider_reference=pi_$run"
check "the payment is found" 200 '.data[0].state == "succeeded"'
payment=$(member '.data[0].id')
call GET "/billing/refunds?payment_id=$payment"
check "with its refund" 200 '.data[0].amount.amount_minor == 2900' '.data[0].tax_basis == "none"' '.data[0].tax_amount == null' '.data[0].settled_at == null'
call GET "/billing/refunds?payment_id=$payment&state=needs_attention"
check "which needs no bank account" 200 '.data == []'
call GET "/billing/disputes?payment_id=$payment"
check "and its dispute" 200 '.data[0].state == "needs_response"' '.data[0].amount_withheld.amount_minor == 0'
call GET "/billing/payouts?connection_id=$connection"
check "the payout is listed" 200 '.data | length == 1' '.data[0].state == "paid"' '.data[0].items_count == null'
call GET "/billing/payments?payout_id=$(member '.data[0].id')"
check "whose payments Stripe doesn't tell" 200 '.data | length == 0'
call GET "/billing/ledger-accounts?kind=clearing&connection_id=$connection"
check "the rest is at the provider" 200 '.data[0].balance.amount_minor == 1000'
send "evt_failed_$run" charge.failed "$begun" "{\"id\": \"ch_failed_$run\", \"object\": \"charge\", \"status\": \"failed\", \"payment_intent\": \"pi_failed_$run\",
  \"customer\": \"cus_$run\", \"currency\": \"aud\", \"amount\": 12900, \"captured\": false, \"amount_captured\": 0, \"created\": $begun, \"failure_code\": \"expired_card\"}"
check "a payment fails" 200 '.deliveries[0].state == "processed"'
call GET "/billing/payment-attempts?account_id=$account&outcome=failed&expand=payment"
check "its attempt is listed" 200 '.data | length == 1' '.data[0].number == 1' ".data[0].payment.provider_reference == \"pi_failed_$run\""
call GET "/billing/payment-attempts/$(member '.data[0].id')"
check "with its reason" 200 '.failure.category == "expired_method"' '.will_retry_at == null'

call POST "$connections/$connection/disable"
check "a disabled connection" 200 '.state == "disabled"'
event "evt_late_$run" customer.updated "$begun" "Mira"
check "takes no events" 404 '.code == "not_found"'
