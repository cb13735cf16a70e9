#!/usr/bin/env bash
# The providers room through the front door: signals, their status and ranking, incidents, and the summary.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

# signal NAME KIND SOURCE_STATUS [MORE]: creates a signal of this run.
signal() {
    call POST /providers/signals "{\"external_id\": \"$1-$run\", \"name\": \"$1\", \"lane\": \"reporting\", \"kind\": \"$2\", \"source_status\": \"$3\",
      \"owner\": {\"kind\": \"team\", \"name\": \"Smoke $run\"}, \"impact\": \"Reports\", \"recovery_action\": \"Look at $1\",
      \"evidence\": {\"subject\": \"Reports\", \"why\": \"Smoke suite.\"}${4-}}"
}

signal warehouse system healthy
check "a healthy system is operational at 95 %" 201 '.status == "operational"' '.signal_percent == 95' '.state == "active"' '.ceiling == null'
warehouse=$(member .id)
check_that "and has a position" test "$(member .position)" -ge 1
signal exports integration needs_attention
check "an integration that needs attention is degraded at 54 %" 201 '.status == "degraded"' '.signal_percent == 54' \
    '.evidence.source_status == "needs attention"' '.evidence.subject_label == "Category"' '.escalation_steps | length == 4'
exports=$(member .id)
signal refused system live
check "a system can't be live" 422 '.errors[0].pointer == "/source_status"'

owner=$(jq -rn --arg owner "Smoke $run" '$owner | @uri')
call GET "/providers/signals?owner=$owner"
check "the strongest comes first" 200 "[.data[].id] == [\"$warehouse\", \"$exports\"]"
call GET "/providers/signals?owner=$owner&status=degraded"
check "and they are found by their status" 200 "[.data[].id] == [\"$exports\"]"

call PATCH "/providers/signals/$warehouse" '{"source_status": "watch", "last_signal": "An hour late"}'
check "another source status changes status and percentage" 200 '.status == "degraded"' '.signal_percent == 61' '.last_signal == "An hour late"'
call POST "/providers/signals/$warehouse/block" '{"reason": "Its figures are wrong."}'
check "an operator blocks a signal" 200 '.status == "blocked"' '.signal_percent == 18' '.blocked.reason == "Its figures are wrong."' \
    '.ceiling.reason == "operator"' '.evidence.signal_percent == 61'
blocked_at=$(member .blocked.at)
call POST "/providers/signals/$warehouse/block" '{"reason": "Again."}'
check "but not twice" 409 '.code == "invalid_state"'
call GET /providers/summary
check "the summary counts it" 200 '.counts.blocked >= 1' '.lanes | length == 7' '.cards | map(.label) == ["Operational", "Degraded", "Blocked", "Signal"]' \
    "[.priority_recovery.signals[].signal_id] | contains([\"$warehouse\", \"$exports\"])" \
    '[.queue.signals[].signal_percent] | . == (sort | reverse)'
call POST "/providers/signals/$warehouse/unblock" '{"reason": "They are right again."}'
check "the evidence shows again" 200 '.status == "degraded"' '.signal_percent == 61' '.blocked == null'
call GET "/providers/summary?at=$blocked_at"
check "and the past stays readable" 200 ".queue.signals[] | select(.id == \"$warehouse\") | .status == \"blocked\""
call GET '/providers/summary?at=2999-01-01T00:00:00Z'
check "the future isn't" 400 '.errors[0].parameter == "at"'

call POST "/providers/signals/$warehouse/review" '{"outcome": "confirmed", "note": "Compared with the ledger."}'
check "an operator reviews a signal" 200 '.last_review.outcome == "confirmed"'
call GET "/platform/audit-events?entity_type=signal&entity_id=$warehouse&sort=-occurred_at&limit=2"
check "and the trail has it, with the reason of the unblocking" 200 \
    '[.data[].action] == ["provider.health.reviewed", "signal.unblocked"]' '.data[1].reason == "They are right again."'
call POST /providers/checks "{\"signal_id\": \"$exports\", \"type\": \"database\"}"
check "a check is created" 201 '.outcome == "unknown"' '.cadence_seconds == 60' '.failures_to_block == 3'
probe=$(member .id)
for _ in $(seq 50); do
    call GET "/providers/checks/$probe"
    [[ $(member .outcome) == unknown ]] || break
    sleep 0.2
done
check "and runs" 200 '.outcome == "passing"' '.consecutive_successes >= 1' '.last_result_at != null'
call GET "/providers/checks/$probe/results"
check "with a result" 200 '.data[0].outcome == "pass"' '.data[0].error == null'
call GET "/providers/signals/$exports"
check "that is the evidence of its signal" 200 '.derived' '.status == "operational"' '.signal_percent == 92'
call POST /providers/checks "{\"signal_id\": \"$exports\", \"type\": \"http\", \"target\": {\"url\": \"http://169.254.169.254/latest\"}, \"retries\": 0}"
check "a target within the network can be named" 201
inside=$(member .id)
for _ in $(seq 50); do
    call GET "/providers/checks/$inside"
    [[ $(member .outcome) == unknown ]] || break
    sleep 0.2
done
check "but is never called" 200 '.last_error.code == "target_forbidden"'
for id in "$probe" "$inside"; do
    call POST "/providers/checks/$id/archive"
    check "a check is archived" 200 '.state == "archived"'
done
call POST /providers/incidents "{\"signal_id\": \"$warehouse\", \"cause\": \"late\", \"title\": \"Late $run\", \"impact\": \"Reports are old\",
  \"severity\": \"major\", \"owner\": {\"kind\": \"team\", \"name\": \"Smoke $run\"}, \"recovery_action\": \"Load again\"}"
check "an incident is opened" 201 '.state == "open"' '.evidence == []'
incident=$(member .id)
call PATCH "/providers/signals/$warehouse" '{"source_status": "healthy"}'
check "and caps its signal" 200 '.status == "degraded"' '.signal_percent == 61' ".ceiling.incident_id == \"$incident\""
call POST /providers/incidents "{\"signal_id\": \"$warehouse\", \"cause\": \"late\", \"title\": \"Late $run\", \"impact\": \"Reports are old\",
  \"severity\": \"major\", \"owner\": {\"kind\": \"team\", \"name\": \"Smoke $run\"}, \"recovery_action\": \"Load again\"}"
check "a second one of the cause is refused" 409 '.code == "already_exists"' ".existing_id == \"$incident\""
call POST "/providers/incidents/$incident/monitor" '{"note": "It loads again."}'
check "its recovery is watched" 200 '.state == "monitoring"'
call POST "/providers/incidents/$incident/resolve"
check "it is resolved" 200 '.state == "resolved"'
call POST "/providers/incidents/$incident/close"
check "but not closed without its four things" 409 \
    '[.errors[].pointer] == ["/evidence", "/prevention_task_id", "/owner_safe_explanation"]'
call POST /tasks/operational-tasks "{\"title\": \"Watch the load $run\"}"
check "a task prevents the next one" 201
call PATCH "/providers/incidents/$incident" "{\"prevention_task_id\": \"$(member .id)\", \"owner_safe_explanation\": \"Reports were old for an hour.\",
  \"evidence\": [{\"kind\": \"metric\", \"words\": \"No row for an hour.\", \"url\": null}]}"
check "it gets what was missing" 200 '.evidence | length == 1'
call POST "/providers/incidents/$incident/entries" '{"kind": "comms", "words": "Reports are right again.", "audience": "members", "channel": "email",
  "sent_at": "2026-11-21T04:10:00Z"}'
check "members are told" 201 '.automatic == false'
call GET '/providers/public-incidents?limit=1'
check "everybody can see it" 200 ".data[0].id == \"$incident\"" '.data[0].updates[0].words == "Reports are right again."' '.data[0] | has("owner") | not'
call POST "/providers/incidents/$incident/close"
check "it is closed" 200 '.state == "closed"'
call GET "/providers/signals/$warehouse"
check "and its signal is free" 200 '.status == "operational"' '.signal_percent == 95' '.ceiling == null'
call GET "/providers/incidents/$incident/entries"
check "the timeline has everything" 200 '[.data[].kind] == ["status", "status", "note", "status", "comms", "status"]'

call POST /providers/alert-rules "{\"name\": \"Blocked $run\", \"cause\": \"blocked_${run//-/_}\", \"condition\": {\"type\": \"status_at_least\"},
  \"scope\": {\"signal_id\": \"$warehouse\"}, \"actionable\": \"user_facing_outage\", \"severity\": \"major\"}"
check "an alert rule needs a complete condition" 422 '.errors[0].pointer == "/condition/status"'
call POST /providers/alert-rules "{\"name\": \"Blocked $run\", \"cause\": \"blocked_${run//-/_}\",
  \"condition\": {\"type\": \"status_at_least\", \"status\": \"blocked\"}, \"scope\": {\"signal_id\": \"$warehouse\"}, \"actionable\": \"user_facing_outage\",
  \"severity\": \"major\", \"routes\": [{\"task\": {\"owner\": {\"kind\": \"team\", \"name\": \"Smoke $run\"}, \"due_minutes\": 60}}], \"clear_evaluations\": 1}"
check "an alert rule is created" 201 '.state == "active"' '.for_evaluations == 1' '.send_cleared' '.last_test == null'
rule=$(member .id)
call POST "/providers/alert-rules/$rule/test"
check "and tested" 200 '.last_test.routes[0].outcome == "created"'
call POST "/providers/signals/$warehouse/block" '{"reason": "A test of alerts."}'
check "its signal is blocked" 200 '.status == "blocked"'
for _ in $(seq 50); do
    call GET "/providers/alerts?alert_rule_id=$rule"
    [[ $(member '.data | length') == 0 ]] || break
    sleep 0.2
done
check "the rule fires once" 200 '.data | length == 1' '.data[0].state == "sent"' '.data[0].routes[0].outcome == "created"'
call GET "/tasks/operational-tasks/$(member '.data[0].routes[0].task_id')"
check "and a task is made" 200 '.priority == "high"' '.source.workflow == "Alerts"'
call POST "/providers/signals/$warehouse/unblock" '{"reason": "The test is over."}'
check "its signal works again" 200 '.status == "operational"'
for _ in $(seq 50); do
    call GET "/providers/alerts?alert_rule_id=$rule"
    [[ $(member '.data[0].state') == sent ]] || break
    sleep 0.2
done
check "the alert clears" 200 '.data[0].state == "cleared"' '.data[0].cleared_at != null'
call POST "/providers/alert-rules/$rule/archive"
check "an alert rule is archived" 200 '.state == "archived"'
call POST /providers/domains "{\"name\": \"shop-$run.winterstreet.example\", \"purpose\": \"Smoke\", \"expected_target\": \"shops.guildhall.example\"}"
check "a domain is added" 201 '.state == "pending"' '.dns.state == "unknown"' '.runbook_state == "watch"' \
    ".verification.record_name == \"_guildhall-verification.shop-$run.winterstreet.example\""
domain=$(member .id)
call POST /providers/domains "{\"name\": \"shop-$run.winterstreet.example\", \"purpose\": \"Smoke\", \"expected_target\": \"shops.guildhall.example\"}"
check "but not twice" 409 '.code == "already_exists"' '.errors[0].pointer == "/name"'
call PATCH "/providers/domains/$domain" '{"failover_target": "shops.guildhall.example"}'
check "its failover target is another one" 422 '.errors[0].pointer == "/failover_target"'
call POST "/providers/domains/$domain/remove"
check "it is removed" 200 '.state == "removed"' '.next_check_at == null'

for id in "$warehouse" "$exports"; do
    call POST "/providers/signals/$id/archive"
    check "a signal is archived" 200 '.state == "archived"'
done
call PATCH "/providers/signals/$exports" '{"name": "Other"}'
check "and can't be changed any more" 409 '.code == "invalid_state"'
