#!/usr/bin/env bash
# The runtime room through the front door: people and what belongs to them, grants, moves, entitlements, usage, sites, imports and exports.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

word=smoke${run//[^0-9]/}
in_an_hour=$(jq -rn 'now + 3600 | todate')
sooner=$(jq -rn 'now + 1800 | todate')

# What there is to hold: a ladder of three tiers, an add-on, and a type of organization that begins at the foot.
call POST /catalog/integrations "{\"key\": \"$word\", \"name\": \"Smoke\", \"resource_keys\": [
  {\"key\": \"$word.sites\", \"display_name\": \"Sites\", \"unit\": \"sites\", \"kind\": \"limit\"},
  {\"key\": \"$word.storage_mb\", \"display_name\": \"Storage\", \"unit\": \"MB\", \"kind\": \"limit\"}]}"
check "an integration registers what is counted" 201
integration=$(member .id)

# plan NAME SITES STORAGE_MB [TYPE]: a published product that entitles to so much; sets product.
plan() {
    call POST /catalog/entitlement-sets "{\"name\": \"$1 $run\"}"
    local set combine=max type=null
    set=$(member .id)
    [[ -z ${4-} ]] || combine=add type="\"$4\""
    call POST "/catalog/entitlement-sets/$set/rules" "{\"resource_key\": \"$word.sites\", \"kind\": \"limit\", \"limit_value\": $2, \"combine\": \"$combine\"}"
    call POST "/catalog/entitlement-sets/$set/rules" "{\"resource_key\": \"$word.storage_mb\", \"kind\": \"limit\", \"limit_value\": $3,
      \"combine\": \"$combine\", \"threshold_percents\": [80]}"
    call POST /catalog/products "{\"name\": \"$1 $run\", \"entitlement_set_id\": \"$set\", \"product_type\": $type}"
    product=$(member .id)
    call POST "/catalog/products/$product/publish"
    check "a product: $1, $2 sites and $3 MB" 200
}

call POST /catalog/plan-ladders "{\"name\": \"Smoke service $run\"}"
ladder=$(member .id)
# tier NAME: the product is the next tier of the ladder; sets tier.
tier() {
    call POST "/catalog/plan-ladders/$ladder/tiers" "{\"name\": \"$1\", \"product_id\": \"$product\"}"
    check "a tier: $1" 201
    tier=$(member .id)
}
plan Public 1 16
tier Public
public=$product tier_public=$tier
plan Standard 16 256
tier Standard
standard=$product tier_standard=$tier
plan Flexible 100 1000
tier Flexible
tier_flexible=$tier
plan "More sites" 4 0 addon
addon=$product
call POST /catalog/org-types "{\"key\": \"$word\", \"name\": \"Smoke $run\"}"
type=$(member .id)
call POST /catalog/default-grant-policies "{\"org_type_id\": \"$type\", \"path\": \"on_ladder\", \"product_id\": \"$public\", \"tier_id\": \"$tier_public\"}"
check "a type begins at the foot of the ladder" 201

# People. A tenant has a default type of organization, or no person can be created.
call GET '/catalog/org-types?is_default=true'
check "the default type of organization is found" 200
if [[ $(member '.data | length') == 0 ]]; then
    call POST /catalog/org-types "{\"key\": \"personal$word\", \"name\": \"Personal\", \"is_default\": true}"
    check "there was none, and now there is" 201
fi
subject="{\"issuer\": \"https://id.smoke.example\", \"subject\": \"$run\"}"
call POST /runtime/persons "{\"name\": \"Mira Rossi\", \"email\": \"mira@smoke.example\", \"birth_on\": \"1991-04-17\", \"identities\": [$subject],
  \"external_id\": \"mira-$run\"}" -H "Idempotency-Key: mira-$run"
check "a person has an organization of their own at once" 201 '.personal_organization_id | startswith("org_")' '.identities | length == 1'
mira=$(member .id)
own=$(member .personal_organization_id)
call GET "/platform/audit-events?entity_type=person&entity_id=$mira&limit=1"
check "made in one event, without what is personal" 200 '.data[0].action == "person.created"' '.data[0].changes | length >= 4' \
    '.data[0].after.email != "mira@smoke.example"'
call POST /runtime/persons "{\"name\": \"Another\", \"identities\": [$subject]}"
check "an identity is one person's" 409 '.code == "already_exists"'
call GET "/runtime/persons?issuer=https://id.smoke.example&subject=$run"
check "who is found by it" 200 ".data[0].id == \"$mira\""
call GET "/runtime/organizations/$own/memberships"
check "and owns what is theirs" 200 '.data[0].role == "owner"'
call GET "/runtime/organizations/$own/workspaces"
check "with a workspace in it" 200 '.data | length == 1'
call POST "/runtime/memberships/$(curl -sS -H "Authorization: Bearer $token" "$api/runtime/organizations/$own/memberships" | jq -r '.data[0].id')/end"
check "the last owner stays" 409 '.code == "invalid_state"'
call PATCH "/runtime/persons/$mira" '{"phone": "+61 2 5550 0142"}'
check "a person is changed" 200 '.version == 2'

call POST /runtime/persons '{"name": "Jo Lee"}'
check "another person" 201
jo=$(member .id)
call POST /runtime/organizations "{\"org_type_id\": \"$type\", \"name\": \"Smoke club\", \"owner_person_id\": \"$mira\"}"
check "an organization with an owner" 201 ".org_type_id == \"$type\""
club=$(member .id)
call POST "/runtime/organizations/$club/workspaces" '{"name": "Library"}'
check "gets a workspace" 201
workspace=$(member .id)
call POST "/runtime/organizations/$club/invitations" '{"email": "jo@smoke.example", "role": "member"}'
check "and invites somebody" 201 '.token != null'
invitation=$(member .token)
call POST /runtime/invitations/accept "{\"token\": \"$invitation\", \"person_id\": \"$jo\"}"
check "who accepts" 201 '.role == "member"'
call POST /runtime/invitations/accept "{\"token\": \"$invitation\", \"person_id\": \"$jo\"}"
check "once" 409
call POST /runtime/households '{"name": "Rossi and Lee"}'
check "a household" 201
household=$(member .id)
call POST "/runtime/households/$household/members" "{\"person_id\": \"$mira\", \"role\": \"adult\"}"
check "has members" 201 '.role == "adult"'
call POST /runtime/persons '{"name": "Alessandro Lee", "birth_on": "2017-05-02"}'
child=$(member .id)
call POST "/runtime/households/$household/members" "{\"person_id\": \"$child\", \"role\": \"dependent\"}"
call POST /runtime/pickup-authorities "{\"household_id\": \"$household\", \"dependent_person_id\": \"$child\", \"authorized\": {\"name\": \"Ruth Lee\"}}"
check "somebody is proposed to pick up the child" 201 '.state == "proposed"' '.task_id != null'
pickup=$(member .id)
call POST "/runtime/pickup-authorities/$pickup/confirm" "{\"acting_person_id\": \"$child\"}"
check "a child can't confirm it" 403
call POST "/runtime/pickup-authorities/$pickup/confirm" "{\"acting_person_id\": \"$mira\"}"
check "an adult can" 200 '.state == "confirmed"'
call POST "/runtime/pickup-authorities/$pickup/end" '{}'
check "and it ends" 200 '.state == "ended"'

# What the club holds: by default, by trial, by moves.
entitled() {
    call GET "/runtime/organizations/$club/entitlements"
}
limits="[.entitlements[] | select(.resource_key | startswith(\"$word.\")) | .limit]"
entitled
check "it has exactly Public" 200 "$limits == [1, 16]" '.plans[0].tier_name == "Public"' '.plans[0].cause == "default"'
call POST "/runtime/organizations/$club/entitlements/check" "{\"resource_key\": \"$word.sites\", \"quantity\": 2}"
check "two sites aren't within it, and Standard would do" 200 '.allowed == false' '.reason == "limit_reached"' \
    '.tier_change.to_tier_name == "Standard"'
call GET "/runtime/organizations/$club/reachable-tiers?plan_ladder_id=$ladder"
check "the tiers within reach are told with their differences" 200 '[.ladders[0].tiers[].kind] | contains(["upgrade"])'

call POST /runtime/grants "{\"organization_id\": \"$club\", \"product_id\": \"$standard\", \"kind\": \"trial\", \"ends_at\": \"$in_an_hour\", \"reason\": \"To try it.\"}"
check "a trial of rank 1 supersedes the default" 201 '.kind == "trial"' '.state == "active"'
trial=$(member .id)
entitled
check "with its limits at once" 200 "$limits == [16, 256]" '.plans[0].cause == "trial"'
call POST /runtime/grants "{\"organization_id\": \"$club\", \"product_id\": \"$public\"}"
check "a plan of lower rank isn't granted" 409 '.code == "ladder_conflict"'
call POST /runtime/grants "{\"organization_id\": \"$club\", \"product_id\": \"$standard\", \"kind\": \"trial\"}"
check "nor a trial without an end" 422 '.errors[0].pointer == "/ends_at"'
call POST /runtime/grants "{\"organization_id\": \"$club\", \"product_id\": \"$addon\"}"
check "an add-on is granted beside the plan" 201 '.path == "off_ladder"'
entitled
check "and adds to it" 200 "$limits == [20, 256]"

# Use, within what the trial allows.
call POST /runtime/usage-reports "{\"events\": [{\"external_id\": \"one-$run\", \"organization_id\": \"$club\", \"resource_key\": \"$word.storage_mb\", \"quantity\": 210}]}"
check "use is reported, and a threshold reached" 201 '.recorded == 1' '.thresholds[0].percent == 80'
call POST /runtime/usage-reports "{\"events\": [{\"external_id\": \"one-$run\", \"organization_id\": \"$club\", \"resource_key\": \"$word.storage_mb\", \"quantity\": 210}]}"
check "once, however often it is sent" 201 '.recorded == 0' '.duplicates == 1'
call POST /runtime/usage-reports "{\"events\": [{\"external_id\": \"two-$run\", \"organization_id\": \"$club\", \"resource_key\": \"$word.storage_mb\", \"quantity\": 47}]}"
check "and never beyond a hard limit" 409 '.code == "entitlement_exceeded"'
call GET "/runtime/usage-thresholds?organization_id=$club"
check "the threshold is listed once" 200 '[.data[].percent] == [80]'
for name in One Two; do
    call POST /runtime/sites "{\"organization_id\": \"$club\", \"integration_id\": \"$integration\", \"name\": \"$name\", \"workspace_id\": \"$workspace\"}"
    check "site $name is requested" 201 '.state == "requested"'
    site=$(member .id)
    call POST "/runtime/sites/$site/provision"
    check "taken up" 200 '.state == "provisioning"'
    call POST "/runtime/sites/$site/activate"
    check "and active" 200 '.state == "active"'
done

call GET "/runtime/sites?integration_id=$integration&sort=state_since&state_since_after=$(member .created_at)"
check "what became of sites is found by its instant" 200 ".data[-1].id == \"$site\"" '.data[-1].state == "active"'
call GET "/runtime/sites/$site?at=$(member '.data[-1].created_at')"
check "and what they were at an earlier one" 200 '.state == "requested"' '.activated_at == null'

# Moves.
call POST "/runtime/organizations/$club/transitions" "{\"kind\": \"downgrade\", \"target_tier_id\": \"$tier_flexible\"}"
check "a kind that disagrees with the ranks is refused" 409 '.code == "invalid_state"'
call POST "/runtime/organizations/$club/transitions?dry_run=true" "{\"kind\": \"upgrade\", \"target_tier_id\": \"$tier_flexible\"}"
check "a move is tried first" 201 '.kind == "upgrade"'
call POST "/runtime/organizations/$club/transitions" "{\"kind\": \"upgrade\", \"target_tier_id\": \"$tier_flexible\", \"effective_at\": \"$sooner\"}"
check "and scheduled" 201 '.state == "scheduled"'
call POST "/runtime/transitions/$(member .id)/cancel" '{"reason": "Changed their mind."}'
check "and canceled" 200 '.state == "canceled"'
entitled
check "without a trace in what they are entitled to" 200 "$limits == [20, 256]"
call POST "/runtime/organizations/$club/transitions" "{\"kind\": \"end\", \"plan_ladder_id\": \"$ladder\"}"
check "a plan isn't ended while more is stored than Public has room for" 409 '.code == "entitlement_exceeded"' \
    ".errors[0].detail | contains(\"$word.storage_mb\")"
call POST /runtime/usage-reports "{\"events\": [{\"external_id\": \"back-$run\", \"organization_id\": \"$club\", \"resource_key\": \"$word.storage_mb\", \"quantity\": -200}]}"
check "something is given back" 201
call POST "/runtime/grants/$trial/revoke" '{"reason": "Smoke suite."}'
check "and the trial is revoked" 200 '.state == "revoked"'
call POST "/runtime/grants/$trial/revoke" '{}'
check "once" 409 '.code == "invalid_state"'
entitled
check "Public is there afresh, and the add-on still" 200 "$limits == [5, 16]" '.plans[0].cause == "default"'
call GET "/runtime/organizations/$club/transitions?sort=effective_at&state=done"
check "every move is recorded, with cause and reason" 200 '[.data[] | .kind + " " + .cause] == ["initiate default", "upgrade trial", "end default"]' \
    '.data[2].reason == "Smoke suite."' '.data[1].from_tier_id == .data[2].to_tier_id'
call GET "/runtime/provisions?organization_id=$club&product_id=$public&sort=created_at"
check "and the default's provision is a new one, not the old one revived" 200 '[.data[].state] == ["ended", "active"]'
call POST "/runtime/organizations/$club/transitions" "{\"kind\": \"upgrade\", \"target_tier_id\": \"$tier_standard\", \"reason\": \"Agreed on the phone.\"}" \
    -H "Idempotency-Key: up-$run"
check "an operator moves them by hand" 201 '.cause == "manual"' '.actor_type == "operator"'

# A policy that is younger than the club reaches it by a backfill, which a job works off.
# finished PATH: waits until what is there is no longer queued or running.
finished() {
    for ((tries = 0; tries < 120; tries++)); do
        call GET "$1"
        [[ $(member .state) == queued || $(member .state) == running ]] || return 0
        sleep 0.5
    done
}
call POST /catalog/default-grant-policies "{\"org_type_id\": \"$type\", \"path\": \"off_ladder\", \"product_id\": \"$addon\"}"
check "everybody of the type is to have the add-on" 201
policy=$(member .id)
for mode in validate run; do
    call POST "/catalog/default-grant-policies/$policy/backfills" "{\"mode\": \"$mode\"}"
    check "a backfill is queued: $mode" 202 ".mode == \"$mode\""
    finished "/catalog/default-grant-backfills/$(member .id)"
    check "and goes through all of them" 200 '.state == "succeeded"' '.processed == 1' '.applied == 1'
done
entitled
check "so that it is there twice, once granted and once by default" 200 "$limits == [24, 256]"

# Terms: a trial is extended, and renewed without a gap.
call POST /runtime/grants "{\"organization_id\": \"$club\", \"product_id\": \"$addon\", \"kind\": \"trial\", \"duration\": \"P7D\"}"
check "a trial of seven days" 201 '.kind == "trial"' '.term == "P7D"'
term=$(member .id)
call POST "/runtime/grants/$term/extend" '{"duration": "P7D"}'
check "is extended by seven more" 200 '.state == "active"' '.term == "P14D"'
call POST /runtime/grants "{\"organization_id\": \"$club\", \"product_id\": \"$addon\", \"duration\": \"P1Y\", \"renews_grant_id\": \"$term\"}"
check "and becomes a paid year" 201 '.state == "active"' ".renews_grant_id == \"$term\""
call POST "/runtime/grants/$term/extend" '{"duration": "P7D"}'
check "after which the trial is over" 409 '.code == "invalid_state"'
entitled
check "and what is held has grown once" 200 "$limits == [28, 256]"

# Members as files, in and out.
# upload TYPE FILE [QUERY] [curl options …]: sends a file to be imported; sets status, body and headers.
upload() {
    local type=$1 file=$2 query=${3-}
    shift $(($# < 3 ? $# : 3))
    call POST "/runtime/imports$query" '' -H "Content-Type: $type" --data-binary "@$file" "$@"
}
cat >"$work/members.csv" <<CSV
external_id,name,email,birth_on,household_external_id,household_name,household_role
m-1-$run,Mira Rossi,mira@smoke.example,1991-04-17,h-$run,The Rossi family,
m-2-$run,"Rossi, Luca",,2015-02-28,h-$run,,dependent
m-3-$run,,broken,,,,
m-4-$run,Too short
m-5-$run,Nora,,2999-01-01,,,
CSV
upload text/csv "$work/members.csv" '?mode=validate'
check "a file of members is looked through" 202 '.state == "queued"' '.mode == "validate"' '.total == 5'
finished "/runtime/imports/$(member .id)"
check "and told what would become of it" 200 '.state == "succeeded"' '.created == 2' '.failed == 3' '.processed == 5'
call GET "/runtime/persons?external_id=m-1-$run"
check "without anybody made" 200 '.data == []'
upload text/csv "$work/members.csv" "?external_id=file-$run" -H "Idempotency-Key: file-$run"
check "the file is imported" 202 '.mode == "run"' ".external_id == \"file-$run\""
import=$(member .id)
upload text/csv "$work/members.csv" "?external_id=file-$run" -H "Idempotency-Key: file-$run"
check "once, however often it is sent under its key" 202 ".id == \"$import\""
finished "/runtime/imports/$import"
check "row by row, all that are right" 200 '.created == 2' '.failed == 3' '.processed == .total'
call GET "/runtime/imports/$import/errors"
check "and each that isn't is told with line, column and code" 200 \
    '[.data[] | "\(.line) \(.column) \(.code)"] == ["4 email format", "5 null wrong_column_count", "6 birth_on in_the_future"]'
call POST "/runtime/imports/$import/cancel"
check "what has ended can't be canceled" 409 '.code == "invalid_state"'
call GET "/runtime/households?external_id=h-$run"
check "with the household they live in" 200 '.data[0].name == "The Rossi family"'
call GET "/runtime/households/$(member '.data[0].id')/members?sort=created_at"
check "each as what they are" 200 '[.data[].role] | sort == ["adult", "dependent"]'
printf 'name,nickname,name\nMira,M,Mira\n' >"$work/wrong.csv"
upload text/csv "$work/wrong.csv"
check "a wrong header line is refused with all that is wrong" 400 '.code == "malformed_body"' \
    '[.errors[] | "\(.pointer) \(.code)"] == ["/nickname unknown_column", "/name duplicate_column", "/external_id missing_column"]'
upload application/json "$work/wrong.csv"
check "and so is another media type" 415
printf '{"external_id": "m-1-%s", "email": null}\n{"external_id": "m-2-%s", "nickname": "L"}\n{"external_id": }\n' "$run" "$run" >"$work/changes.ndjson"
upload application/x-ndjson "$work/changes.ndjson"
check "NDJSON changes what it names" 202 '.format == "ndjson"' '.total == 3'
import=$(member .id)
finished "/runtime/imports/$import"
check "and nothing else" 200 '.updated == 1' '.failed == 2'
call GET "/runtime/imports/$import/errors"
check "and tells its mistakes" 200 '[.data[] | "\(.line) \(.column) \(.code)"] == ["2 nickname unknown_member", "3 null malformed_body"]'
call GET "/runtime/persons?external_id=m-1-$run"
check "null has taken the address away" 200 '.data[0].email == null' '.data[0].birth_on == "1991-04-17"'

for format in csv ndjson; do
    call POST /runtime/exports "{\"format\": \"$format\"}"
    check "everybody is written into a file: $format" 202 ".format == \"$format\""
    export=$(member .id)
    finished "/runtime/exports/$export"
    check "which is there" 200 '.state == "succeeded"' '.total > 1' '.expires_at != null'
    type=text/csv
    [[ $format == csv ]] || type=application/x-ndjson
    call GET "/runtime/exports/$export/content"
    cp "$work/body" "$work/all"
    check "and is streamed" 200
    check_that "as $type" test "$(header Content-Type)" = "$type"
    # Only those of this run: somebody else may have changed all others since.
    grep -e '^id,' -e "m-[12]-$run" "$work/all" >"$work/again"
    upload "$type" "$work/again"
    check "the persons of this run are in it, and imported again" 202 '.total == 2'
    finished "/runtime/imports/$(member .id)"
    check "they are found unchanged" 200 '.state == "succeeded"' '.unchanged == 2' '.failed == 0'
done
