#!/usr/bin/env bash
# Messages through the front door: transports with a secret that nobody sees, and the queue.
# shellcheck source-path=SCRIPTDIR source=lib/checks.bash
source "$(dirname "$0")/lib/checks.bash"

transports=/tasks/transports
messages=/tasks/messages
call POST $transports "{\"name\": \"Smoke $run\", \"external_id\": \"smoke-$run\", \"sender\": {\"address\": \"hello@smoke.example\"},
  \"smtp\": {\"host\": \"smtp.smoke.example\", \"user\": \"smoke\", \"password\": \"correct horse $run\"}}"
check "a transport has a password that isn't shown" 201 '.smtp == {"host": "smtp.smoke.example", "port": 587, "tls": "starttls", "user": "smoke", "has_password": true}'
transport=$(member .id)
call PATCH "$transports/$transport" '{"smtp": {"host": "other.smoke.example"}}'
check "the password isn't sent to another host" 422 '.errors[0].pointer == "/smtp/password"'
call PATCH "$transports/$transport" '{"rate_per_minute": 5}'
check "the rate changes alone" 200 '.rate_per_minute == 5' '.smtp.has_password'
call POST "$transports/$transport/pause"
check "it is paused" 200 '.state == "paused"'
call POST "$transports/$transport/pause"
check "once" 409 '.code == "invalid_state"'
call GET "$transports?external_id=smoke-$run"
check "and found" 200 '.data | length == 1'

new="{\"transport_id\": \"$transport\", \"to\": {\"address\": \"mira@smoke.example\"}, \"subject\": \"Smoke\", \"body\": \"Fire.\",
  \"dedupe_key\": \"smoke-$run\", \"send_after\": \"2999-01-01T00:00:00Z\"}"
call POST $messages "$new"
check "a message waits in the queue" 201 '.state == "queued"' '.attempts == []' '.deduplicated | not' '.email_message_id == "<\(.id)@smoke.example>"'
message=$messages/$(member .id)
call POST $messages "$new"
check "it is queued once" 200 ".id == \"${message##*/}\"" .deduplicated
call POST $messages '{"to": {}, "subject": "Smoke", "body": "Fire."}'
check "a message needs a recipient" 422 '.errors[0].pointer == "/to"'
call POST $messages '{"to": {"address": "mira@smoke.example"}, "subject": "Smoke\r\nBcc: all@smoke.example", "body": "Fire."}'
check "a subject is one line" 422 '.errors[0].pointer == "/subject"'
call GET "$messages?transport_id=$transport&state=queued"
check "it is found by its transport" 200 '.data | length == 1'
call POST "$message/retry" '{"reason": "Again"}'
check "what waits isn't sent again" 409 '.code == "invalid_state"'
call POST "$message/cancel" '{"reason": "Smoke suite."}'
check "it is canceled" 200 '.state == "canceled"' '.state_reason == "Smoke suite."' '.next_attempt_at == null'
call GET "/platform/audit-events?entity_type=message&entity_id=${message##*/}"
check "the trail has no personal member" 200 '.data | length == 2' '.data[0].after.body == "[personal]"' '.data[0].after.to.address == "[personal]"'

suppressions=/tasks/suppressions
call POST $suppressions "{\"address\": \"smoke-$run@Smoke.Example\", \"reason\": \"complaint\"}"
check "an address is suppressed, and shown as sent" 201 ".address == \"smoke-$run@Smoke.Example\"" .active
suppression=$suppressions/$(member .id)
call POST $suppressions "{\"address\": \"SMOKE-$run@smoke.example\", \"reason\": \"complaint\"}"
check "once for a reason" 409 '.code == "already_exists"'
call POST "$suppression/lift" '{"reason": "Smoke suite."}'
check "a complaint needs force" 409 '.code == "invalid_state"'
call POST "$suppression/lift" '{"reason": "Smoke suite.", "force": true}'
check "and is lifted with it" 200 '.active | not' '.lift_reason == "Smoke suite."'
call GET "$suppressions?address=smoke-$run@smoke.example"
check "it stays readable" 200 '.data | length == 1'

templates=/tasks/templates
new="{\"key\": \"smoke_${run//-/_}\", \"category\": \"reminder\", \"language\": \"en\", \"format\": \"html\", \"subject\": \"Hi {{name}}\",
  \"body\": \"<p>{{name}}</p>\", \"variables\": [{\"name\": \"name\"}]}"
call POST $templates "${new/<p>/{{#name\}\}}"
check "a template has placeholders only" 422 '.errors[0].pointer == "/body"'
call POST $templates "$new"
check "it begins as a draft" 201 '.state == "draft"' '.variables == [{"name": "name", "required": true}]'
template=$templates/$(member .id)
call POST "$template/publish"
check "it is published" 200 '.state == "published"' '.published_at != null'
call POST "$template/render" '{"variables": {"name": "Mira & <b>Jo</b>"}}'
check "values are escaped in HTML" 200 '.body == "<p>Mira &amp; &lt;b&gt;Jo&lt;/b&gt;</p>"' '.subject == "Hi Mira & <b>Jo</b>"'
call POST "$template/render" '{"variables": {"name": "Mira\r\nBcc: all@smoke.example"}}'
check "a header has one line" 422 '.errors[0].pointer == "/variables/name"'
message="{\"transport_id\": \"$transport\", \"to\": {\"address\": \"mira@smoke.example\"}, \"send_after\": \"2999-01-01T00:00:00Z\",
  \"template\": {\"key\": \"smoke_${run//-/_}\", \"variables\": {\"name\": \"Mira\"}}}"
call POST $messages "$message"
check "a message is made from it" 201 '.body == "<p>Mira</p>"' '.category == "reminder"' '.template.template_version == 2'
call POST "$messages/$(member .id)/cancel" '{"reason": "Smoke suite."}'
call POST "$template/archive"
check "it is archived" 200 '.state == "archived"'
call POST $messages "$message"
check "and no message can use it" 422 '.errors[0].pointer == "/template/key"'

preferences=/tasks/message-preferences
always='[{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "starts": "00:00", "ends": "24:00"}]'
call PATCH $preferences "{\"quiet_hours\": {\"marketing\": $always}, \"caps\": {\"per_person_per_day\": {\"email\": 5}}}"
check "marketing is quiet" 200 ".quiet_hours.marketing == $always" '.caps.per_person_per_day.email == 5'
call PATCH $preferences '{"quiet_hours": {"reminder": [{"days": ["mon"], "starts": "07:00", "ends": "07:00"}]}}'
check "a window has an end of its own" 422 '.errors[0].pointer == "/quiet_hours/reminder/0/ends"'
new="{\"transport_id\": \"$transport\", \"to\": {\"address\": \"mira@smoke.example\"}, \"subject\": \"Smoke\", \"body\": \"Fire.\", \"category\": \"marketing\"}"
call POST "$messages/preview" "$new"
check "a preview says why a message would be held" 200 '.outcome == "held"' '.held.reason == "quiet_hours"'
call POST $messages "$new"
check "and the message is created" 201 '.state == "queued"'
call POST "$messages/$(member .id)/cancel" '{"reason": "Smoke suite."}'
check "it can be canceled, held or not" 200 '.state == "canceled"' '.held == null'
call PATCH $preferences '{"quiet_hours": {"marketing": []}, "caps": {"per_person_per_day": {"email": null}}}'
check "the preferences are empty again" 200 '.caps.per_person_per_day.email == null' '.quiet_hours.marketing == []'

secret=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
call POST $transports "{\"name\": \"Smoke endpoint $run\", \"sender\": {\"address\": \"hello@smoke.example\"}, \"http\": {\"url\": \"https://mail.smoke.example/\"}}"
check "an endpoint needs a secret" 422 '.errors[0].pointer == "/http/secret"'
call POST $transports "{\"name\": \"Smoke endpoint $run\", \"sender\": {\"address\": \"hello@smoke.example\"},
  \"http\": {\"url\": \"https://mail.smoke.example/\", \"secret\": \"$secret\"}}"
check "which isn't shown" 201 '.kind == "http"' '.smtp == null' '.http == {"url": "https://mail.smoke.example/", "has_secret": true}'
transport=$(member .id)
call POST "/tasks/message-receipts/$transport" '{"tenant_id": "ten_01m7y4zdqmfxg8sp0ybpwkm8vh", "message_id": "msg_01m7z0k8v4f6tb2n9s3g7c5hwe", "outcome": "sent"}'
check "a receipt of another tenant finds no transport" 404 '.code == "not_found"'
