-- Of each rate limit the instant until which it is used up: what all nodes spent, as time. It moves on by cost / rate with each
-- request and time catches up with it, so that a node which has never seen the limit is told of what was spent just before.
alter table platform.rate_totals drop column spent;
alter table platform.rate_totals add column used_until timestamptz not null default now();
