#!/usr/bin/env bash
# The overview room through the front door: everything about one organization in one answer, now and at a past instant.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

word=smoke${run//[^0-9]/}

# One organization with something in every part.
call POST /catalog/integrations "{\"key\": \"$word\", \"name\": \"Smoke\", \"resource_keys\": [
  {\"key\": \"$word.sites\", \"display_name\": \"Sites\", \"unit\": \"sites\", \"kind\": \"limit\"}]}"
check "an integration registers its sites" 201
integration=$(member .id)
call POST /catalog/entitlement-sets "{\"name\": \"Overview $run\"}"
set=$(member .id)
call POST "/catalog/entitlement-sets/$set/rules" "{\"resource_key\": \"$word.sites\", \"kind\": \"limit\", \"limit_value\": 2}"
check "two of them" 201
call POST /catalog/products "{\"name\": \"Overview $run\", \"entitlement_set_id\": \"$set\"}"
product=$(member .id)
call POST "/catalog/products/$product/publish"
call POST /catalog/plan-ladders "{\"name\": \"Overview $run\"}"
ladder=$(member .id)
call POST "/catalog/plan-ladders/$ladder/tiers" "{\"name\": \"Only\", \"product_id\": \"$product\"}"
check "are what the only tier of a ladder gives" 201
tier=$(member .id)
call POST /catalog/org-types "{\"key\": \"$word\", \"name\": \"Overview $run\"}"
type=$(member .id)
call GET '/catalog/org-types?is_default=true'
if [[ $(member '.data | length') == 0 ]]; then
    call POST /catalog/org-types "{\"key\": \"personal$word\", \"name\": \"Personal\", \"is_default\": true}"
fi
call POST /runtime/persons "{\"name\": \"Mira Rossi\"}"
check "there is somebody" 201
mira=$(member .id)
call POST /runtime/organizations "{\"org_type_id\": \"$type\", \"name\": \"Overview $run\", \"owner_person_id\": \"$mira\"}"
check "with an organization" 201
organization=$(member .id) made=$(member .created_at)
call POST /runtime/households '{"name": "The Rossi family"}'
household=$(member .id)
call POST "/runtime/households/$household/members" "{\"person_id\": \"$mira\", \"role\": \"adult\"}"
check "and a household" 201

overview=/overview/organizations/$organization
call GET "$overview"
check "it holds nothing yet" 200 '.plans == []' '.entitlements == []' '.summary == "You are on no plan."' '.at == null'
call POST /runtime/grants "{\"organization_id\": \"$organization\", \"product_id\": \"$product\", \"reason\": \"Smoke suite.\"}"
check "it is granted the plan" 201
granted=$(member .starts_at)
call POST /runtime/sites "{\"organization_id\": \"$organization\", \"integration_id\": \"$integration\", \"name\": \"Garden\"}"
check "and asks for a site" 201
site=$(member .id)
call POST "/runtime/sites/$site/activate"
check "which is there" 200
active=$(member .state_since)
call POST /tasks/operational-tasks "{\"title\": \"Smoke $run\", \"source\": {\"workflow\": \"Smoke\", \"entity_id\": \"$organization\"}}"
check "and there is a task about it" 201 '.source.entity_type == "organization"'
task=$(member .id)

call GET "$overview"
check "everything about it is in one answer" 200 ".organization.id == \"$organization\"" ".org_type.id == \"$type\"" \
    ".plans[0].tier_id == \"$tier\"" '.summary | startswith("You are on Only")' \
    ".people.data == [.people.data[] | select(.person_id == \"$mira\" and .role == \"owner\")]" '.people.data | length == 1' \
    '.workspaces.data | length == 1' ".households.data[0].id == \"$household\"" '.households.data[0].members[0].name == "Mira Rossi"' \
    '.provisions.data[0].state == "active"' '.grants.data[0].reason == "Smoke suite."' '.transitions.data[0].kind == "initiate"' \
    ".sites.data[0].id == \"$site\"" ".tasks.data[0].id == \"$task\"" '[.people, .workspaces, .households, .provisions, .grants, .transitions, .sites, .tasks | .has_more] | any | not'
check "with what is in use" 200 "[.entitlements[] | select(.resource_key == \"$word.sites\") | .limit, .used, .remaining] == [2, 1, 1]"
whole=$body
call GET "/runtime/organizations/$organization/entitlements"
check "as its own operation tells it" 200
check_that "member for member" test "$(jq -cS '[.plans, .entitlements, .version]' <<<"$body")" = "$(jq -cS '[.plans, .entitlements, .version]' <<<"$whole")"

call GET "$overview"
etag=$(header ETag)
call GET "$overview" '' -H "If-None-Match: $etag"
check "it isn't sent again while nothing changes" 304
call POST "/runtime/sites/$site/make-read-only" '{"reason": "Smoke suite."}'
check "something changes" 200
since=$(member .state_since)
call GET "$overview" '' -H "If-None-Match: $etag"
check "and it is" 200 '.sites.data[0].state == "read_only"' ".entitlements[0].used == 0"
call GET "$overview?fields=summary,version"
check "or only the part that is asked for" 200 'keys == ["summary", "version"]'

call GET "$overview?at=$made"
check "when it was made it held nothing" 200 '.plans == []' '.summary == "You were on no plan."' '.sites.data == []' '.grants.data == []'
call GET "$overview?at=$granted"
check "then it was granted the plan" 200 ".plans[0].tier_id == \"$tier\"" '.summary | startswith("You were on Only")' '.sites.data == []'
call GET "$overview?at=$active"
check "then its site was active, and counted" 200 '.sites.data[0].state == "active"' '.entitlements[0].used == 1'
call GET "$overview?at=$since"
check "until it was read-only" 200 '.sites.data[0].state == "read_only"' '.entitlements[0].used == 0'
call GET "$overview?at=2020-01-01T00:00:00Z"
check "before it was there it wasn't" 404 '.code == "not_found"'
call GET "$overview?at=2999-01-01T00:00:00Z"
check "and what is to come nobody knows" 400 '.errors[0].parameter == "at"'
call GET "/overview/organizations/${organization%?????}00000"
check "another organization is none" 404 '.code == "not_found"'

call GET /overview/backbone
check "the backbone has its eight figures and four lanes" 200 '.cards | map(.label) == ["Ready", "Watch", "Blocked", "Lanes", "Money", "Platform", "Tasks", "Audit"]' \
    '.counts.audit == 1' '.queue.items[0].lane == "money"' '.queue.items[1].readiness == "ready"'
call POST /tasks/operational-tasks "{\"title\": \"Smoke $run\"}"
task=$(member .id)
call POST "/tasks/operational-tasks/$task/complete" '{"kind": "done"}'
check "a completed task" 200
call GET /overview/backbone
check "isn't in it" 200 "[.queue.items[].task_id] | contains([\"$task\"]) | not"
