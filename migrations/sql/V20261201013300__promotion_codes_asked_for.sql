-- Promotion codes are fetched and reconciled, too. An answer has no delivery.
alter table billing.promotion_codes
    alter column delivery_id drop not null,
    alter column provider_event_reference drop not null;
alter table billing.fetches
    drop constraint fetches_kind,
    add constraint fetches_kind check (
        kind in ('account', 'mandate', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout', 'checkout', 'coupon_mapping', 'promotion_code'));
alter table billing.reconciliations
    drop constraint reconciliations_kinds,
    add constraint reconciliations_kinds check (
        kinds <@ array['account', 'subscription', 'invoice', 'payment', 'refund', 'dispute', 'payout', 'coupon_mapping', 'promotion_code']
        and cardinality(kinds) > 0);
