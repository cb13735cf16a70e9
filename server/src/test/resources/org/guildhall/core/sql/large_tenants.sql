-- Three tenants with about a million rows, of which the first has most. A fifth of the rows of each child table belongs to one parent,
-- the first of its kind. Run by a superuser, without triggers and with indexes that are built at the end.

set session_replication_role = replica;
set maintenance_work_mem = '256MB';
update pg_index i set indisready = false
from pg_class c, pg_namespace n
where c.oid = i.indrelid and n.oid = c.relnamespace and n.nspname in ('platform', 'catalog', 'runtime', 'tasks', 'schedule') and c.relname <> 'tenants';

-- An id by its kind and number within a tenant.
create function pg_temp.id(kind integer, number bigint) returns uuid language sql immutable as
$$ select (lpad(to_hex(kind), 8, '0') || '-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid $$;
-- An instant in the past; a larger number is later.
create function pg_temp.past(number bigint) returns timestamptz language sql stable as
$$ select date_trunc('hour', now()) - interval '600 days' + number * interval '150 seconds' $$;
-- The parent of a child: each fifth child belongs to the first parent.
create function pg_temp.parent(kind integer, number bigint, parents bigint) returns uuid language sql immutable as
$$ select pg_temp.id(kind, case when number % 5 = 0 then 1 else number % parents + 1 end) $$;

-- The start of a session: two years of sessions of which the last are still to come, and the first one is in three weeks.
create function pg_temp.starts(number bigint) returns timestamptz language sql stable as
$$ select date_trunc('hour', now()) + case when number = 1 then interval '20 days' else number * interval '50 minutes' - interval '600 days' end $$;

create temp table sizes (tenant_id uuid, scale integer);
insert into sizes
select id, row_number() over (order by name) from platform.tenants where name in ('Large 1', 'Large 2', 'Large 3');
update sizes set scale = case scale when 1 then 600 when 2 then 60 else 1 end;

insert into catalog.integrations (tenant_id, id, key, name, created_at)
select tenant_id, pg_temp.id(1, n), 'i' || n, 'Integration ' || n, pg_temp.past(n) from sizes, generate_series(1, 3) n;
insert into catalog.resource_keys (tenant_id, key, integration_id, integration_key, display_name, kind, created_at)
select tenant_id, 'i1.' || k, pg_temp.id(1, 1), 'i1', k, kind, pg_temp.past(1)
from sizes, (values ('sites', 'limit'), ('visits', 'allowance'), ('seats', 'limit')) keys (k, kind);
insert into catalog.entitlement_sets (tenant_id, id, name, created_at)
select tenant_id, pg_temp.id(2, n), 'Set ' || n, pg_temp.past(n) from sizes, generate_series(1, 10 * scale) n;
insert into catalog.entitlement_rules (tenant_id, id, entitlement_set_id, resource_key, kind, limit_value, period, combine, starts_at, created_at)
select tenant_id, pg_temp.id(3, n * 2 + (case k when 'i1.sites' then 1 else 0 end)), pg_temp.id(2, n), k,
       case k when 'i1.sites' then 'limit' else 'allowance' end, n, case k when 'i1.sites' then null else 'month' end, 'add', pg_temp.past(n), pg_temp.past(n)
from sizes, generate_series(1, 10 * scale) n, (values ('i1.sites'), ('i1.visits')) keys (k);
insert into catalog.products (tenant_id, id, name, lifecycle_status, published_at, retired_at, product_type, entitlement_set_id, created_at)
select tenant_id, pg_temp.id(4, n), 'Product ' || n, status, case when status <> 'draft' then pg_temp.past(n) end,
       case when status = 'retired' then now() end, case when n % 200 = 0 then 'usage' end, pg_temp.parent(2, n, 10 * scale), pg_temp.past(n)
from sizes, generate_series(1, 80 * scale) n, lateral (select case when n % 500 = 0 then 'draft' when n % 501 = 0 then 'retired' else 'published' end) s (status);
insert into catalog.prices (tenant_id, id, product_id, unit_amount_minor, currency, tax_behavior, created_at)
select tenant_id, pg_temp.id(5, n), pg_temp.parent(4, n, 80 * scale), n, 'AUD', 'inclusive', pg_temp.past(n) from sizes, generate_series(1, 20 * scale) n;
insert into catalog.org_types (tenant_id, id, key, name, created_at, is_default)
select tenant_id, pg_temp.id(6, n), 't' || n, 'Type ' || n, pg_temp.past(n), n = 1 from sizes, generate_series(1, 5) n;
insert into catalog.plan_ladders (tenant_id, id, name, created_at)
select tenant_id, pg_temp.id(7, n), 'Ladder ' || n, pg_temp.past(n) from sizes, generate_series(1, 100) n;
insert into catalog.tiers (tenant_id, id, ladder_id, rank, name, created_at)
select tenant_id, pg_temp.id(8, n), pg_temp.id(7, n % 100 + 1), n, 'Tier ' || n, pg_temp.past(n) from sizes, generate_series(1, 500) n;
insert into catalog.tier_products (tenant_id, tier_id, ladder_id, product_id, starts_at)
select tenant_id, pg_temp.id(8, n), pg_temp.id(7, n % 100 + 1), pg_temp.id(4, n), pg_temp.past(n) from sizes, generate_series(1, 500) n;
insert into catalog.default_grant_policies (tenant_id, id, org_type_id, product_id, path, ladder_id, tier_id, created_at)
select tenant_id, pg_temp.id(9, n), pg_temp.id(6, n), pg_temp.id(4, n), 'on_ladder', pg_temp.id(7, n % 100 + 1), pg_temp.id(8, n), pg_temp.past(n)
from sizes, generate_series(1, 5) n;

insert into runtime.persons (tenant_id, id, name, email, email_key, state, archived_at, created_at)
select tenant_id, pg_temp.id(10, n), 'Person ' || n, 'p' || n || '@example.com', 'p' || n || '@example.com',
       case when n % 500 = 0 then 'archived' else 'active' end, case when n % 500 = 0 then now() end, pg_temp.past(n)
from sizes, generate_series(1, 80 * scale) n;
insert into runtime.person_identities (tenant_id, id, person_id, issuer, subject, created_at)
select tenant_id, pg_temp.id(11, n), pg_temp.id(10, n), 'https://id.example', 's' || n, pg_temp.past(n) from sizes, generate_series(1, 20 * scale) n;
insert into runtime.organizations (tenant_id, id, org_type_id, name, state, archived_at, created_at)
select tenant_id, pg_temp.id(12, n), pg_temp.parent(6, n, 5), 'Organization ' || n,
       case when n % 500 = 0 then 'archived' else 'active' end, case when n % 500 = 0 then now() end, pg_temp.past(n)
from sizes, generate_series(1, 50 * scale) n;
insert into runtime.pools (tenant_id, id, organization_id, created_at)
select tenant_id, pg_temp.id(13, n), pg_temp.id(12, n), pg_temp.past(n) from sizes, generate_series(1, 50 * scale) n;
insert into runtime.workspaces (tenant_id, id, organization_id, name, created_at)
select tenant_id, pg_temp.id(14, n), pg_temp.parent(12, n, 50 * scale), 'Workspace ' || n, pg_temp.past(n) from sizes, generate_series(1, 20 * scale) n;
insert into runtime.memberships (tenant_id, id, organization_id, person_id, role, starts_at, ends_at, created_at)
select tenant_id, pg_temp.id(15, n), pg_temp.parent(12, n, 50 * scale), pg_temp.id(10, n), case when n % 500 = 0 then 'owner' else 'member' end,
       pg_temp.past(n), case when n % 10 = 3 then pg_temp.past(n + 1) end, pg_temp.past(n)
from sizes, generate_series(1, 80 * scale) n;
insert into runtime.invitations (tenant_id, id, organization_id, email, email_key, role, token_hmac, expires_at, revoked_at, created_at)
select tenant_id, pg_temp.id(16, n), pg_temp.parent(12, n, 50 * scale), 'p' || n || '@example.com', 'p' || n || '@example.com', 'member', decode(md5(n::text), 'hex'),
       pg_temp.past(n) + interval '7 days', case when n % 500 = 0 then now() end, pg_temp.past(n)
from sizes, generate_series(1, 20 * scale) n;
insert into runtime.households (tenant_id, id, name, created_at)
select tenant_id, pg_temp.id(17, n), 'Household ' || n, pg_temp.past(n) from sizes, generate_series(1, 20 * scale) n;
insert into runtime.household_members (tenant_id, id, household_id, person_id, role, starts_at, created_at)
select tenant_id, pg_temp.id(18, n), pg_temp.parent(17, n, 20 * scale), pg_temp.id(10, n), 'adult', pg_temp.past(n), pg_temp.past(n)
from sizes, generate_series(1, 20 * scale) n;

-- Grants off the ladders, each with a provision. Most have ended; the first organization holds few.
insert into runtime.grants (tenant_id, id, organization_id, pool_id, product_id, kind, starts_at, ends_at, ended_at, ended_by, created_at)
select tenant_id, pg_temp.id(19, n), pg_temp.parent(12, n, 50 * scale), pg_temp.parent(13, n, 50 * scale), pg_temp.parent(4, n, 80 * scale),
       case when n % 500 = 0 then 'trial' else 'grant' end, pg_temp.past(n), case when n % 100 = 0 then now() + n * interval '1 hour' end,
       case when n % 100 <> 0 then pg_temp.past(n + 10) end, case when n % 100 <> 0 then 'revoked' end, pg_temp.past(n)
from sizes, generate_series(1, 110 * scale) n;
insert into runtime.provisions (tenant_id, id, organization_id, pool_id, product_id, cause, grant_id, starts_at, ends_at, created_at)
select tenant_id, pg_temp.id(20, n), pg_temp.parent(12, n, 50 * scale), pg_temp.parent(13, n, 50 * scale), pg_temp.parent(4, n, 80 * scale),
       case when n % 500 = 0 then 'trial' else 'grant' end, pg_temp.id(19, n), pg_temp.past(n),
       case when n % 100 <> 0 then pg_temp.past(n + 10) end, pg_temp.past(n)
from sizes, generate_series(1, 110 * scale) n;
-- Plans that begin and end. A few transitions are still to come, none is due.
insert into runtime.transitions (tenant_id, id, organization_id, pool_id, ladder_id, kind, from_tier_id, from_provision_id, to_tier_id,
       to_provision_id, cause, actor_type, state, effective_at, canceled_at, created_at)
select tenant_id, pg_temp.id(21, n), pg_temp.parent(12, n, 50 * scale), pg_temp.parent(13, n, 50 * scale), pg_temp.id(7, n % 500 % 100 + 1),
       case when ends then 'end' else 'initiate' end, case when ends then tier end, case when ends and state = 'done' then pg_temp.id(20, n) end,
       case when not ends then tier end, case when not ends and state = 'done' then pg_temp.id(20, n) end,
       case when n % 400 = 0 then 'manual' else 'default' end, case when n % 600 = 0 then 'member' else 'job' end, state,
       case state when 'done' then pg_temp.past(n) else now() + n * interval '1 minute' end, case state when 'canceled' then now() end, pg_temp.past(n)
from sizes, generate_series(1, 180 * scale) n,
     lateral (select n % 3 = 0 as ends, pg_temp.id(8, n % 500 + 1) as tier,
                     case when n % 250 = 0 then 'scheduled' when n % 501 = 0 then 'canceled' else 'done' end as state) s;
insert into runtime.usage_reports (tenant_id, id, recorded, duplicates, created_at)
select tenant_id, pg_temp.id(22, n), 10, 0, pg_temp.past(n) from sizes, generate_series(1, 10 * scale) n;
insert into runtime.usage_events (tenant_id, id, external_id, organization_id, pool_id, resource_key, quantity, occurred_at, day, created_at, report_id)
select tenant_id, pg_temp.id(23, n), 'e' || n, pg_temp.parent(12, n, 50 * scale), pg_temp.parent(13, n, 50 * scale),
       case when n % 250 = 0 then 'i1.seats' else 'i1.visits' end, 1, pg_temp.past(n), pg_temp.past(n)::date, pg_temp.past(n), pg_temp.id(22, n % (10 * scale) + 1)
from sizes, generate_series(1, 120 * scale) n;
insert into runtime.usage_thresholds (tenant_id, id, organization_id, pool_id, resource_key, period, period_on, percent, limit_value, used, reached_at,
       created_at, period_starts_at)
select tenant_id, pg_temp.id(24, n), pg_temp.parent(12, n, 50 * scale), pg_temp.parent(13, n, 50 * scale), 'i1.visits', 'day', pg_temp.past(n)::date, 80, 10, 8,
       pg_temp.past(n), pg_temp.past(n), pg_temp.past(n)
from sizes, generate_series(1, 20 * scale) n;
insert into runtime.sites (tenant_id, id, organization_id, pool_id, integration_id, name, domain, state, state_since, created_at, activated_at)
select tenant_id, pg_temp.id(25, n), pg_temp.parent(12, n, 50 * scale), pg_temp.parent(13, n, 50 * scale), pg_temp.id(1, n % 3 + 1), 'Site ' || n,
       's' || n || '.example', case when n % 500 = 0 then 'removed' else 'active' end, pg_temp.past(n), pg_temp.past(n), pg_temp.past(n)
from sizes, generate_series(1, 30 * scale) n;
insert into runtime.site_states (tenant_id, site_id, state, starts_at)
select tenant_id, id, state, state_since from runtime.sites where tenant_id in (select tenant_id from sizes);

insert into platform.audit_events (tenant_id, id, occurred_at, recorded_at, actor_type, actor_id, operation, status, action, category, entity_type, entity_id, request_id,
       trace_id)
select tenant_id, pg_temp.id(26, n), pg_temp.past(n), pg_temp.past(n), case when n % 500 = 0 then 'member' else 'operator' end, pg_temp.id(27, n % 100), 'createProduct', 201,
       case when n % 400 = 0 then 'product.retire' else 'product.create' end, case when n % 300 = 0 then 'access' else 'billing' end, 'product', pg_temp.parent(4, n, 80 * scale),
       'r' || n, md5(n::text)
from sizes, generate_series(1, 100 * scale) n;
insert into platform.audit_entities (tenant_id, event_id, position, entity_type, entity_id, occurred_at, salt)
select tenant_id, pg_temp.id(26, n), 0, 'product', pg_temp.parent(4, n, 80 * scale), pg_temp.past(n), '\x00' from sizes, generate_series(1, 100 * scale) n;
insert into platform.event_feeds (tenant_id, last_position) select tenant_id, 100 * scale from sizes;
insert into platform.events (tenant_id, id, position, type, audit_event_id, entity_position, recorded_at)
select tenant_id, pg_temp.id(70, n), n, case when n % 500 = 0 then 'product.retired' else 'product.changed' end, pg_temp.id(26, n), 0, pg_temp.past(n)
from sizes, generate_series(1, 100 * scale) n;
insert into tasks.operational_tasks (tenant_id, id, title, owner_kind, owner_name, owner_person_id, due_at, overdue_at, priority, workflow,
    entity_type, entity_id, state, outcome_kind, completed_at, created_at)
select tenant_id, pg_temp.id(28, n), 'Task ' || n, 'person', 'Owner ' || n % 1000, pg_temp.parent(10, n, 80 * scale), due, due,
       case when n % 500 = 0 then 'urgent' when n % 501 = 0 then 'low' when n % 502 = 0 then 'high' else 'normal' end, 'Workflow ' || n % 1000, 'product',
       pg_temp.parent(4, n, 80 * scale), case when n % 50 = 0 then 'open' else 'completed' end, case when n % 50 <> 0 then 'done' end,
       case when n % 50 <> 0 then pg_temp.past(n) end, pg_temp.past(n)
from sizes, generate_series(1, 40 * scale) n, lateral (select case when n % 3 > 0 then pg_temp.past(n) + interval '7 days' end) d (due);
insert into tasks.transports (tenant_id, id, name, channel, kind, host, port, tls, sender_address, rate_per_minute, state, created_at)
select tenant_id, pg_temp.id(60, n), 'Transport ' || n, 'email', 'smtp', 'mail.example', 25, 'starttls', 'a@b.example', 60,
       case when n % 20 = 0 then 'paused' else 'active' end, pg_temp.past(n)
from sizes, generate_series(1, 100) n;
insert into runtime.pickup_authorities (tenant_id, id, household_id, dependent_person_id, authorized_name, state, expires_at, ended_at, task_id, created_at)
select tenant_id, pg_temp.id(63, n), pg_temp.parent(17, n, 20 * scale), pg_temp.parent(10, n, 80 * scale), 'Ruth ' || n,
       case when n % 500 = 0 then 'proposed' else 'withdrawn' end, now() + interval '30 days', case when n % 500 <> 0 then pg_temp.past(n) end,
       pg_temp.parent(28, n, 10 * scale), pg_temp.past(n)
from sizes, generate_series(1, 20 * scale) n;
insert into tasks.messages (tenant_id, id, transport_id, channel, category, person_id, subject, body, format, entity_type, entity_id, workflow, state,
    next_attempt_at, lease_until, expires_at, email_message_id, sent_at, finished_at, created_at)
select tenant_id, pg_temp.id(61, n), pg_temp.parent(60, n, 100), 'email',
       case when n % 500 = 0 then 'marketing' when n % 501 = 0 then 'reminder' when n % 502 = 0 then 'recovery' when n % 503 = 0 then 'incident' else 'transactional' end,
       pg_temp.parent(10, n, 80 * scale), 'S', 'B', 'text', 'product', pg_temp.parent(4, n, 80 * scale), 'Workflow ' || n % 1000, state,
       case when state = 'queued' then now() end, case when state = 'sending' then now() + interval '1 minute' * (n % 2 * 60 * 24 * 7) end,
       case when n % 7 = 0 then now() - interval '1 day' end, '<a@b.example>', case when state = 'sent' then pg_temp.past(n) end,
       case when state not in ('queued', 'sending') then pg_temp.past(n) end, pg_temp.past(n)
from sizes, generate_series(1, 40 * scale) n, lateral (select case when n % 400 = 0 then 'queued' when n % 401 = 0 then 'failed' when n % 402 = 0 then 'unknown'
    when n % 403 = 0 then 'expired' when n % 404 = 0 then 'canceled' when n % 405 = 0 then 'sending' else 'sent' end) s (state);
insert into tasks.suppressions (tenant_id, id, channel, address, address_key, reason, created_at)
select tenant_id, pg_temp.id(62, n), 'email', 'p' || n || '@example.com', 'p' || n || '@example.com', case when n % 500 = 0 then 'complaint' when n % 501 = 0 then 'invalid'
    when n % 502 = 0 then 'manual' when n % 503 = 0 then 'unsubscribe' else 'hard_bounce' end, pg_temp.past(n)
from sizes, generate_series(1, 20 * scale) n;
insert into platform.idempotency_keys (tenant_id, key_hmac, consumer_id, request_hash, operation, request_id, created_at)
select tenant_id, decode(md5('k' || n), 'hex'), pg_temp.id(27, 1), '\x00', 'createProduct', 'r' || n, now() - n * interval '1 second'
from sizes, generate_series(1, 20 * scale) n;

-- The first session is to come and has a thousand bookings, a tenth of them on its waitlist; the others have seven each. Most are over.
insert into schedule.class_types (tenant_id, id, name, duration_minutes, capacity, waitlist_places, booking_opens_minutes, booking_closes_minutes,
    cancellation_cutoff_minutes, waitlist_closes_minutes, promotion, offer_minutes, strict_order, allow_overlap, state, archived_at, created_at)
select tenant_id, pg_temp.id(64, n), 'Class ' || n, 45, 20, 5, 20160, 0, 720, 120, 'at_once', 60, false, false,
       case when n % 500 = 0 then 'archived' else 'active' end, case when n % 500 = 0 then now() end, pg_temp.past(n)
from sizes, generate_series(1, 2 * scale) n;
insert into schedule.locations (tenant_id, id, name, state, archived_at, created_at)
select tenant_id, pg_temp.id(65, n), 'Location ' || n, case when n % 500 = 0 then 'archived' else 'active' end, case when n % 500 = 0 then now() end, pg_temp.past(n)
from sizes, generate_series(1, scale) n;
insert into schedule.series (tenant_id, id, class_type_id, name, location_id, coach_person_id, starts_local, zone, starts_at, duration_minutes, rrule, capacity,
    waitlist_places, booking_opens_minutes, booking_closes_minutes, cancellation_cutoff_minutes, waitlist_closes_minutes, promotion, offer_minutes,
    strict_order, allow_overlap, last_starts_at, made_until, created_at)
select tenant_id, pg_temp.id(66, n), pg_temp.parent(64, n, 2 * scale), 'Series ' || n, pg_temp.parent(65, n, scale), pg_temp.parent(10, n, 80 * scale),
       '2026-01-05T18:00', 'UTC', pg_temp.past(n), 45, 'FREQ=WEEKLY', 20, 5, 20160, 0, 720, 120, 'at_once', 60, false, false, now() + interval '1 year',
       now() + interval '91 days', pg_temp.past(n)
from sizes, generate_series(1, 10 * scale) n;
insert into schedule.sessions (tenant_id, id, class_type_id, name, location_id, coach_person_id, zone, starts_at, ends_at, capacity,
    waitlist_places, booking_opens_minutes, booking_closes_minutes, cancellation_cutoff_minutes, waitlist_closes_minutes, promotion, offer_minutes,
    strict_order, allow_overlap, state, cancel_reason, canceled_at, series_id, original_starts_at, created_at)
select tenant_id, pg_temp.id(67, n), pg_temp.parent(64, n, 2 * scale), 'Class ' || n, pg_temp.parent(65, n, scale),
       case when n % 2 = 0 then pg_temp.parent(10, n, 80 * scale) end, 'UTC', starts, starts + interval '45 minutes', 700, 500, 20160, 0, 720, 120, 'at_once',
       60, false, false, case when n % 500 = 0 then 'canceled' else 'scheduled' end, case when n % 500 = 0 then 'Ill' end, case when n % 500 = 0 then starts end,
       case when n % 3 = 0 then pg_temp.parent(66, n, 10 * scale) end, case when n % 3 = 0 then starts end, starts - interval '30 days'
from sizes, generate_series(1, 30 * scale) n, lateral (select pg_temp.starts(n) as starts) s;
insert into schedule.parties (tenant_id, id, session_id, mode, created_at)
select tenant_id, pg_temp.id(69, n), pg_temp.id(67, n), 'as_many_as_fit', pg_temp.past(n) from sizes, generate_series(1, 5 * scale) n;
insert into schedule.bookings (tenant_id, id, session_id, person_id, party_id, organization_id, state, place, held_until, offered_until, booked_at, reference,
    code_hmac, starts_at, ends_at, created_at)
select tenant_id, pg_temp.id(68, n), pg_temp.id(67, session), pg_temp.id(10, person),
       case when n % 10 = 7 then pg_temp.parent(69, n, 5 * scale) end, case when n % 4 = 1 then pg_temp.parent(12, n, 50 * scale) end, state,
       case when state in ('waitlisted', 'offered', 'ended') then n end, case when state in ('held', 'expired') then now() + interval '1 day' end,
       case when state = 'offered' then now() + interval '1 day' end, case when state in ('booked', 'attended', 'no_show', 'late_canceled') then pg_temp.past(n) end,
       translate(upper(lpad(to_hex(n), 8, '0')), '01', 'GH'), '\x00', starts, starts + interval '45 minutes', pg_temp.past(n)
from sizes, generate_series(1, 200 * scale) n,
     lateral (select n % 48 = 0 and n <= 80 * scale as in_first) f,
     lateral (select case when in_first then 1 else n % (30 * scale - 1) + 2 end as session,
                     case when scale = 600 and not in_first and n < 30 * scale and n % 3 = 0 then 1 else n % (80 * scale) + 1 end as person) i,
     lateral (select pg_temp.starts(session) as starts) t,
     lateral (select case when in_first and n % 480 = 0 then 'waitlisted' when starts > now() then
                         case n % 40 when 0 then 'held' when 1 then 'waitlisted' when 2 then 'waitlisted' when 4 then 'offered' when 5 then 'canceled' else 'booked' end
                     else case when n % 500 = 0 then 'late_canceled' when n % 501 = 0 then 'expired' when n % 502 = 0 then 'declined' when n % 503 = 0 then 'lapsed'
                         when n % 504 = 0 then 'ended' when n % 20 = 0 then 'no_show' when n % 20 = 1 then 'canceled' else 'attended' end end as state) s;

reset session_replication_role;
do $$
declare
    name regclass;
begin
    for name in
        select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ('platform', 'catalog', 'runtime', 'tasks', 'schedule') and c.relkind = 'r' order by 1
    loop
        execute 'reindex table ' || name;
        execute 'analyze ' || name;
    end loop;
end $$;

