-- A payment is fetched for its fee, too. Additive: an older server writes none of the new reasons.
alter table billing.fetches
    drop constraint fetches_reason,
    add constraint fetches_reason check (reason in ('stub', 'tie', 'lines', 'fee', 'difference'));
