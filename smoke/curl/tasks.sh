#!/usr/bin/env bash
# The tasks room through the front door: operational tasks with their states, owners, due dates and history.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

tasks=/tasks/operational-tasks
call POST /runtime/persons "{\"name\": \"Maria Rossi\"}"
check "there is an owner" 201
maria=$(member .id)
call POST $tasks "{\"title\": \"Smoke $run\", \"external_id\": \"smoke-$run\", \"due_on\": \"2026-01-31\", \"priority\": \"urgent\",
  \"owner\": {\"kind\": \"person\", \"name\": \"Maria Rossi\", \"person_id\": \"$maria\"}, \"source\": {\"workflow\": \"Smoke $run\", \"entity_id\": \"$maria\"}}"
check "a task begins open, and is late at once" 201 '.state == "open"' '.overdue' '.overdue_at | startswith("2026-0")' '.source.entity_type == "person"'
task=$tasks/$(member .id)
call POST $tasks "{\"title\": \"Again\", \"external_id\": \"smoke-$run\"}"
check "its external id is taken" 409 '.errors[0].pointer == "/external_id"'
call POST $tasks '{"title": "Both", "due_on": "2026-01-31", "due_at": "2026-01-31T00:00:00Z"}'
check "a day and an instant exclude each other" 422 '.errors[0].pointer == "/due_on"'

call POST "$task/start"
check "work begins" 200 '.state == "in_progress"' '.started_at != null'
call POST "$task/block"
check "a block needs its reason" 400
call POST "$task/block" '{"reason": "Waits for the supplier."}'
check "and has it" 200 '.state == "blocked"' '.blocked.reason == "Waits for the supplier."' '.blocked.by | startswith("con_")'
call POST "$task/complete" '{"kind": "done"}'
check "a blocked task can't be completed" 409 '.code == "invalid_state"'
call POST "$task/unblock"
check "unblocked, it goes on where it was" 200 '.state == "in_progress"' '.blocked == null'
etag=$(header ETag)
call PATCH "$task" '{"owner": {"kind": "team", "name": "Front desk", "person_id": null}}' -H "If-Match: $etag"
check "it is handed to a team" 200 '.owner == {"kind": "team", "name": "Front desk", "person_id": null}'
call POST "$task/stop" '' -H "If-Match: $etag"
check "a stale version is refused" 412 '.code == "precondition_failed"'

workflow="Smoke%20$run"
call GET "$tasks?workflow=$workflow&overdue=true&finished=false&sort=due_at"
check "it is among what is late" 200 '.data | length == 1' '.data[0].state == "in_progress"'
call POST "$task/complete" '{"kind": "wont_do", "words": "The supplier has closed."}'
check "it ends with an outcome, late" 200 '.state == "completed"' '.outcome.kind == "wont_do"' '.completed_late' '.overdue | not'
call PATCH "$task" '{"title": "Other"}'
check "a finished task is as it is" 409 '.code == "invalid_state"'
call POST "$task/reopen" '{"reason": "Another supplier was found."}'
check "until it is reopened" 200 '.state == "open"' '.outcome == null' '.reopen_reason == "Another supplier was found."'
call POST "$task/cancel" '{"reason": "Smoke suite."}'
check "or canceled in the end" 200 '.state == "canceled"' '.cancel_reason == "Smoke suite."'
call GET "$tasks?workflow=$workflow&finished=false"
check "nothing is left to do" 200 '.data == []'
call GET "/platform/audit-events?entity_type=operational_task&entity_id=${task##*/}&action=operational_task.updated"
check "every change is in the trail" 200 '.data | length == 8' '.data[0].after.state == "canceled"' '.data[0].before.state == "open"'

call GET /tasks/jobs
check "the server has jobs" 200 '[.data[].name] | contains(["domains", "grant-expiry", "retention", "zone-rules"])'
call PATCH /tasks/jobs/retention '{"cron": "61 * * * *"}'
check "a schedule is five fields within their bounds" 422 '.errors[0].pointer == "/cron"'
call PATCH /tasks/jobs/retention '{"cron": "15 4 * * MON-FRI"}'
check "and its own for each tenant" 200 '.schedule.cron == "15 4 * * MON-FRI"' '.next_tick_at != null'
call POST /tasks/jobs/retention/pause
check "a job is paused" 200 '.state == "paused"' '.next_tick_at == null'
call POST /tasks/jobs/retention/runs '{"mode": "validate", "reason": "Smoke suite."}'
check "and runs when it is asked" 202 '.mode == "validate"' '.trigger == "request"'
run_id=$(member .id)
for _ in $(seq 50); do
    call GET "/tasks/job-runs/$run_id"
    [[ $(member .ended_at) == null ]] || break
    sleep 0.2
done
check "with its counts" 200 '.state == "succeeded"' '.counts.failed == 0' '.node != null'
call POST "/tasks/job-runs/$run_id/cancel"
check "what has ended isn't canceled" 409 '.code == "invalid_state"'
call PATCH /tasks/jobs/retention '{"depends_on": {"lanes": ["reporting"]}, "when_degraded": "run"}'
check "a job depends on providers" 200 '.depends_on.lanes == ["reporting"]' '.when_degraded == "run"' '.blocked_by | type == "array"'
call POST /tasks/jobs/retention/runs '{"force": true}'
check "force needs its reason" 422 '.errors[0].pointer == "/reason"'
call PATCH /tasks/jobs/retention '{"depends_on": null, "when_degraded": null}'
check "and the server's default is there again" 200 '.depends_on == {"lanes": [], "signal_ids": []}' '.when_degraded == "skip"'
call POST /tasks/jobs/retention/resume
check "the job goes on" 200 '.state == "active"'
call PATCH /tasks/jobs/retention '{"cron": null}'
check "by the schedule of the server" 200 '.schedule.cron == "10 3 * * *"'
call GET "/tasks/jobs/retention/runs?mode=validate"
check "its runs are listed" 200 ".data[0].id == \"$run_id\""
