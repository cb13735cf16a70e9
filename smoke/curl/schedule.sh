#!/usr/bin/env bash
# The schedule room through the front door: class types and locations.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

call POST /schedule/locations "{\"external_id\": \"studio-$run\", \"name\": \"Studio $run\", \"places\": 24}"
check "a location is created" 201 '.state == "active"' '.zone == null'
studio=$(member .id)
call POST /schedule/locations '{"name": "Nowhere", "zone": "Australia/Atlantis"}'
check "a zone must exist" 422 '.errors[0].pointer == "/zone"'
call PATCH "/schedule/locations/$studio" '{"zone": "Australia/Sydney"}'
check "a location gets a zone" 200 '.zone == "Australia/Sydney"' '.version == 2'

call POST /schedule/class-types "{\"external_id\": \"spin-$run\", \"name\": \"Spin $run\", \"duration_minutes\": 45, \"capacity\": 2, \"waitlist_places\": 1}"
check "a class type is created with the usual rules" 201 '.cancellation_cutoff_minutes == 720' '.promotion == "at_once"' '.strict_order == false'
spin=$(member .id)
call POST /schedule/class-types '{"name": "Nobody", "duration_minutes": 45, "capacity": 20, "age_min": 16, "age_max": 12}'
check "its ages must be in order" 422 '.errors[0].pointer == "/age_max"'
call GET "/schedule/class-types?external_id=spin-$run"
check "a class type is found by its external id" 200 ".data[0].id == \"$spin\""

call POST "/schedule/class-types/$spin/archive"
check "a class type is archived" 200 '.state == "archived"'
call POST "/schedule/locations/$studio/archive"
check "a location is archived" 200 '.state == "archived"'
call PATCH "/schedule/locations/$studio" '{"name": "Again"}'
check "and doesn't change any more" 409 '.code == "invalid_state"'
