-- A domain and a transport can name the signal of their provider.

alter table providers.domains add column signal_id uuid;
alter table providers.domains add constraint domains_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id);
create index domains_of_signal on providers.domains (tenant_id, signal_id) where signal_id is not null;
grant update (signal_id) on providers.domains to guildhall_app;

-- The messages of a transport wait while its signal is blocked.
alter table tasks.transports add column signal_id uuid;
alter table tasks.transports add constraint transports_signal foreign key (tenant_id, signal_id) references providers.signals (tenant_id, id);
create index transports_of_signal on tasks.transports (tenant_id, signal_id) where signal_id is not null;
grant update (signal_id) on tasks.transports to guildhall_app;

-- The conditions of active rules again, now with the domains of a signal beside its checks.
create or replace view providers.alert_conditions with (security_invoker = true) as
select r.tenant_id, r.id as rule_id, s.id as signal_id,
       case r.condition_type
           when 'status_at_least' then d.status = 'blocked' or d.status = r.condition_status
           when 'percent_below' then d.signal_percent < r.condition_value
           else case when c.is_true then true when c.is_unknown then null else false end
       end as holds
from providers.alert_rules r
join providers.present_signals s on s.tenant_id = r.tenant_id and (s.id = r.signal_id or s.lane = r.lane or s.kind = r.signal_kind)
cross join lateral (select
    providers.signal_status(s.evidence_status, s.blocked_at is not null, false) as status,
    providers.signal_percent(s.kind, s.evidence_status, s.evidence_percent, s.blocked_at is not null, false) as signal_percent) d
left join lateral (
    select bool_or(f.holds) as is_true, bool_or(f.holds is null) as is_unknown
    from (
        select case r.condition_type
                   when 'consecutive_failures' then k.consecutive_failures >= r.condition_value
                   when 'latency_above' then k.last_latency_ms > r.condition_value
                   else (select (n.observed ->> 'expires_in_days')::integer
                         from providers.check_results n
                         where n.tenant_id = k.tenant_id and n.check_id = k.id and n.outcome <> 'aborted'
                         order by n.at desc, n.id desc limit 1) <= r.condition_value
               end as holds
        from providers.checks k
        where r.condition_type not in ('status_at_least', 'percent_below') and k.tenant_id = s.tenant_id and k.signal_id = s.id
          and k.state = 'active' and (r.condition_type <> 'certificate_expires_within' or k.type = 'tls')
        union all
        select case r.condition_type
                   when 'consecutive_failures' then m.consecutive_failures >= r.condition_value
                   else floor(extract(epoch from m.certificate_not_after - platform.app_now()) / 86400) <= r.condition_value
               end
        from providers.domains m
        where r.condition_type in ('consecutive_failures', 'certificate_expires_within') and m.tenant_id = s.tenant_id and m.signal_id = s.id
          and m.state <> 'removed') f) c on true
where r.state = 'active' and s.state = 'active' and s.evidence_status <> 'planned';
