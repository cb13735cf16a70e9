#!/usr/bin/env bash
# The schedule room through the front door: class types, locations, series, sessions, bookings with their waitlist, and what everybody can see.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

# person NAME: creates a person, whose id is in $person.
person() {
    call POST /runtime/persons "{\"name\": \"$1 $run\"}"
    check "$1 is a person" 201
    person=$(member .id)
}

# book PERSON [MORE]: books $session for a person.
book() {
    call POST /schedule/bookings "{\"session_id\": \"$session\", \"person_id\": \"$1\"${2-}}"
}

call POST /schedule/locations "{\"external_id\": \"studio-$run\", \"name\": \"Studio $run\", \"places\": 24}"
check "a location is created" 201 '.state == "active"' '.zone == null'
studio=$(member .id)
call POST /schedule/locations '{"name": "Nowhere", "zone": "Australia/Atlantis"}'
check "a zone must exist" 422 '.errors[0].pointer == "/zone"'
call PATCH "/schedule/locations/$studio" '{"zone": "Australia/Sydney"}'
check "a location gets a zone" 200 '.zone == "Australia/Sydney"' '.version == 2'

call POST /schedule/class-types "{\"external_id\": \"spin-$run\", \"name\": \"Spin $run\", \"duration_minutes\": 45, \"capacity\": 1, \"waitlist_places\": 2}"
check "a class type is created with the usual rules" 201 '.cancellation_cutoff_minutes == 720' '.promotion == "at_once"' '.strict_order == false'
spin=$(member .id)
call POST /schedule/class-types '{"name": "Nobody", "duration_minutes": 45, "capacity": 20, "age_min": 16, "age_max": 12}'
check "its ages must be in order" 422 '.errors[0].pointer == "/age_max"'
call GET "/schedule/class-types?external_id=spin-$run"
check "a class type is found by its external id" 200 ".data[0].id == \"$spin\""

starts=$(date -u -d '+3 days' +%FT%TZ)
call POST /schedule/sessions "{\"class_type_id\": \"$spin\", \"location_id\": \"$studio\", \"starts_at\": \"$starts\"}"
check "a session is created" 201 '.free == 1' '.state == "scheduled"' '.local.zone == "Australia/Sydney"' '.waitlist_places == 2'
session=$(member .id)
person Ana
ana=$person
person Ben
ben=$person
person Cleo
cleo=$person
book "$ana" ', "hold_seconds": 300'
check "a place is held" 201 '.state == "held"' '.reference | length == 8' '.code | length == 10'
booking=$(member .id)
lookup="{\"reference\": \"$(member .reference)\", \"code\": \"$(member .code)\"}"
call POST "/schedule/bookings/$booking/confirm" '{}'
check "and confirmed" 200 '.state == "booked"' 'has("code") | not'
book "$ana"
check "a person books once" 409 '.code == "already_exists"' ".existing_id == \"$booking\""
book "$ben"
check "a full session is refused" 409 '.code == "capacity_exhausted"' '.free == 0'
book "$ben" ', "waitlist": true'
check "or waited for" 201 '.state == "waitlisted"' '.position == 1'
waiting=$(member .id)
call GET "/schedule/sessions?class_type_id=$spin&has_free=false"
check "the session shows it" 200 '.data[0].booked == 1' '.data[0].waiting == 1'
call POST /schedule/bookings/lookup "$lookup"
check "a visitor finds a booking by reference and code" 200 '.state == "booked"' ".session.id == \"$session\"" '[.. | objects | has("person_id")] | any | not'
call POST "/schedule/bookings/$booking/cancel" '{}'
check "a booking is canceled in time" 200 '.state == "canceled"' '.late == false'
call GET "/schedule/bookings/$waiting"
check "and the first on the waitlist gets the place" 200 '.state == "booked"' '.promoted_at != null'
book "$cleo" ', "waitlist": true'
check "another waits" 201 '.state == "waitlisted"'
next=$(member .id)
call PATCH "/schedule/sessions/$session" '{"capacity": 2}'
check "a capacity needs If-Match" 428 '.code == "precondition_required"'
call PATCH "/schedule/sessions/$session" '{"capacity": 2}' -H 'If-Match: *'
check "and a larger one promotes" 200 '.booked == 2' '.waiting == 0'
call PATCH "/schedule/sessions/$session" '{"capacity": 1}' -H 'If-Match: *'
check "a smaller one is refused" 409 '.taken == 2'
call PATCH "/schedule/sessions/$session" '{"capacity": 1, "when_below": "move_last"}' -H 'If-Match: *'
check "or moves the last" 200 '.booked == 1' '.waiting == 1'
call GET "/schedule/bookings/$next"
check "to the waitlist" 200 '.state == "waitlisted"' '.position == 1'
call GET "/platform/audit-events?entity_id=$next&sort=occurred_at"
check "the trail has each step" 200 '[.data[].action] == ["booking.created", "session.updated", "session.updated"]'
if [[ -n ${GUILDHALL_PUBLISHABLE_TOKEN-} ]]; then
    token=$GUILDHALL_PUBLISHABLE_TOKEN
    call GET "/schedule/public-sessions?class_type_id=$spin" '' -H 'Origin: http://localhost:3000'
    check "a page shows free places to everybody" 200 '.data[0].free == 0' '.data[0].waiting == 1' '.data[0] | has("booked") or has("coach_person_id") | not'
    token=$GUILDHALL_TOKEN
fi
call POST /schedule/class-types "{\"name\": \"Family $run\", \"duration_minutes\": 45, \"capacity\": 2, \"waitlist_places\": 5, \"allow_overlap\": true}"
check "a class for families" 201
family=$(member .id)
call POST /schedule/sessions "{\"class_type_id\": \"$family\", \"starts_at\": \"$starts\"}"
check "and its session" 201 '.free == 2'
together=$(member .id)
# party PERSON PERSON MODE: books $together for two persons.
party() {
    call POST /schedule/parties "{\"session_id\": \"$together\", \"persons\": [{\"person_id\": \"$1\"}, {\"person_id\": \"$2\"}], \"mode\": \"$3\", \"waitlist\": true}"
}
party "$ana" "$ana" all_or_nothing
check "a person is named once" 422 '.errors[0].pointer == "/persons/1/person_id"'
party "$ana" "$ben" all_or_nothing
check "a party is booked together" 201 '[.lines[].outcome] == ["booked", "booked"]' '.lines[0].code | length == 10'
couple=$(member .id)
place=$(member '.lines[0].booking.id')
code=$(member '.lines[1].code')
person Dora
dora=$person
party "$cleo" "$dora" all_or_nothing
check "the next waits together" 201 '[.lines[].booking.places_needed] == [2, 2]' '[.lines[].booking.position] == [1, 1]'
second=$(member '.lines[1].booking.id')
call GET "/schedule/bookings?party_id=$couple"
check "the bookings of a party are listed" 200 '.data | length == 2'
call POST "/schedule/bookings/$place/cancel" '{}'
check "one of a party cancels" 200 '.state == "canceled"'
call GET "/schedule/bookings/$second"
check "one place is too few for two" 200 '.state == "waitlisted"'
person Emil
party "$person" "$ana" as_many_as_fit
check "who fits is booked, and the others wait" 201 '[.lines[].outcome] == ["booked", "waitlisted"]'
call GET "/schedule/parties/$couple"
check "a party stays" 200 '.mode == "all_or_nothing"'
call GET "/platform/audit-events?entity_id=$couple"
check "and is one event" 200 '[.data[].action] == ["party.created"]' '.data[0].changes_total == 3'
call POST "/schedule/sessions/$session/check-ins" "{\"code\": \"$code\"}"
check "a code of another session isn't for this door" 422 '.errors[0].pointer == "/code"'
call POST "/schedule/sessions/$together/check-ins" "{\"code\": \"$code\"}"
check "a scanned code checks a person in" 200 '.state == "attended"'
call POST "/schedule/sessions/$together/check-ins" "{\"code\": \"$code\"}"
check "and only once" 409 '.code == "invalid_state"'
call POST /schedule/calendar-feeds "{\"person_id\": \"$ben\"}"
check "a person gets a calendar feed" 201 '.state == "active"' '.url | test("/calendars/[A-Za-z0-9_-]{64}$")'
feed=$(member .id)
secret=$(member .url)
check_that "whose address needs no token" grep -q '^SUMMARY:Family' <<<"$(curl -sS "$secret")"
call GET "/schedule/calendar-feeds?person_id=$ben"
check "and isn't shown again" 200 '.data[0] | has("url") | not'
call POST "/schedule/calendar-feeds/$feed/revoke"
check "and is revoked" 200 '.state == "revoked"'
check_that "for everybody" [ "$(curl -sS -o /dev/null -w '%{http_code}' "$secret")" = 404 ]
call POST "/schedule/class-types/$family/archive"
check "the class ends" 200

gym=gym${run//[^0-9]/}
call POST /catalog/integrations "{\"key\": \"$gym\", \"name\": \"Gym\", \"resource_keys\": [{\"key\": \"$gym.classes\", \"display_name\": \"Classes\", \"kind\": \"allowance\"}]}"
check "classes are an allowance" 201
call POST /catalog/entitlement-sets "{\"name\": \"One class $run\"}"
check "an entitlement set" 201
set=$(member .id)
call POST "/catalog/entitlement-sets/$set/rules" "{\"kind\": \"allowance\", \"resource_key\": \"$gym.classes\", \"period\": \"week\", \"limit_value\": 1}"
check "with one class a week" 201
call POST /catalog/products "{\"name\": \"One class $run\", \"entitlement_set_id\": \"$set\"}"
check "a product gives it" 201
product=$(member .id)
call POST "/catalog/products/$product/publish"
check "and is published" 200
call GET "/runtime/memberships?person_id=$cleo"
check "Cleo has an organization of her own" 200
own=$(member '.data[0].organization_id')
call POST /runtime/grants "{\"organization_id\": \"$own\", \"product_id\": \"$product\"}"
check "which holds the product" 201
call POST /schedule/class-types "{\"name\": \"Yoga $run\", \"duration_minutes\": 60, \"capacity\": 9, \"needs\": {\"resource_key\": \"$gym.unknown\", \"quantity\": 1}}"
check "a class needs a known allowance" 422 '.errors[0].pointer == "/needs/resource_key"'
call POST /schedule/class-types "{\"name\": \"Yoga $run\", \"duration_minutes\": 60, \"capacity\": 9, \"needs\": {\"resource_key\": \"$gym.classes\", \"quantity\": 1}}"
check "a class with an allowance" 201 ".needs.resource_key == \"$gym.classes\""
yoga=$(member .id)
full=$session
call POST /schedule/sessions "{\"class_type_id\": \"$yoga\", \"starts_at\": \"$(date -u -d '+4 days' +%FT%TZ)\"}"
check "and its session" 201 '.needs.quantity == 1'
session=$(member .id)
book "$cleo"
check "is booked with an organization" 422 '.errors[0].pointer == "/organization_id"'
book "$cleo" ", \"organization_id\": \"$own\""
check "whose allowance it uses" 201 '.entitlement_hold.quantity == 1'
booking=$(member .id)
book "$ana" ", \"organization_id\": \"$own\""
check "until nothing is left" 409 '.code == "entitlement_exceeded"' '.exceeded[0].limit == 1'
call POST "/schedule/bookings/$booking/cancel" '{}'
check "a timely cancellation gives it back" 200 '.entitlement_hold == null'
book "$ana" ", \"organization_id\": \"$own\""
check "so somebody else gets it" 201 '.state == "booked"'
call POST /runtime/persons '{"name": "Nina"}'
check "somebody" 201
nina=$(member .id)
call GET "/runtime/memberships?person_id=$nina"
check "with an organization" 200
trial=$(member '.data[0].organization_id')
call POST /runtime/grants "{\"organization_id\": \"$trial\", \"product_id\": \"$product\", \"ends_at\": \"$(date -u -d '+2 days' +%FT%TZ)\"}"
check "has the product for two days" 201
book "$nina" ", \"organization_id\": \"$trial\""
check "and is warned that it ends before the session" 201 '.state == "booked"' '.warnings[0].code == "plan_changes_before_session"' '.warnings[0].limit == 0'
session=$full
call POST "/schedule/sessions/$session/cancel" '{"reason": "The coach is ill."}'
check "a canceled session cancels its bookings" 200 '.state == "canceled"' '.booked == 0' '.waiting == 0'

day() { TZ=Australia/Sydney date -d "+$1 days" +%F; }
call POST /schedule/series "{\"class_type_id\": \"$spin\", \"starts_local\": \"$(day 2)T06:00\", \"rrule\": \"FREQ=HOURLY\"}"
check "a rule of hours is refused" 422 '.errors[0].pointer == "/rrule"'
call POST /schedule/series "{\"external_id\": \"series-$run\", \"class_type_id\": \"$spin\", \"location_id\": \"$studio\", \"starts_local\": \"$(day 2)T06:00\",
    \"rrule\": \"FREQ=DAILY;COUNT=5\"}"
check "a series is created in the zone of its location" 201 '.zone == "Australia/Sydney"' '.state == "active"' '.duration_minutes == 45'
series=$(member .id)
call GET "/schedule/series?external_id=series-$run"
check "and found by its external id" 200 ".data[0].id == \"$series\""
call GET "/schedule/sessions?series_id=$series"
check "its sessions are there at once" 200 '.data | length == 5' '[.data[] | .local.time] | unique == ["06:00"]' '.data | all(.starts_at == .original_starts_at)'
session=$(member '.data[3].id')
split=$(member '.data[2].starts_at')
call PATCH "/schedule/series/$series" "{\"exceptions\": [\"$(day 3)\"], \"name\": \"Early\"}"
check "an exception takes a session away" 200 '.version == 2' '.name == "Early"'
call GET "/schedule/sessions?series_id=$series"
check "and only that one" 200 '.data | length == 4' '.data | all(.name == "Early")'
book "$ana"
check "a session of a series is booked" 201 '.state == "booked"'
call POST "/schedule/series/$series/end" '{}'
check "a booked session isn't lost" 409 '.code == "conflict"' ".session_ids == [\"$session\"]"
call PATCH "/schedule/series/$series" "{\"from\": \"$split\", \"name\": \"Following\"}"
check "this and following is another series" 200 '.followed_by_series_id != null' ".ended_from == \"$split\""
following=$(member .followed_by_series_id)
call GET "/schedule/sessions?series_id=$following"
check "which has the later sessions with their bookings" 200 '.data | length == 3' ".data[1].id == \"$session\"" '.data[1].booked == 1' '.data | all(.name == "Following")'
call POST "/schedule/series/$following/end" '{"cancel_booked": true, "reason": "The studio closes."}'
check "a series ends with a reason for who has booked" 200 '.state == "ended"'
call GET "/schedule/sessions/$session"
check "and the booked session is canceled" 200 '.state == "canceled"' '.cancel_reason == "The studio closes."' '.booked == 0'

call GET "/schedule/sessions.ics?class_type_id=$spin"
check "the sessions are a calendar" 200
check_that "with the id of each" grep -q "^UID:$session" <<<"$body"

call POST "/schedule/class-types/$spin/archive"
check "a class type with a series isn't archived" 409 '.code == "conflict"' ".series_ids == [\"$series\"]"
call POST "/schedule/series/$series/end" '{}'
check "a series without bookings ends" 200 '.state == "ended"'
call POST "/schedule/class-types/$spin/archive"
check "a class type is archived" 200 '.state == "archived"'
call POST "/schedule/locations/$studio/archive"
check "a location is archived" 200 '.state == "archived"'
call PATCH "/schedule/locations/$studio" '{"name": "Again"}'
check "and doesn't change any more" 409 '.code == "invalid_state"'
