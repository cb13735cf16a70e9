package org.guildhall.catalog.entitlements;

import java.util.List;
import java.util.function.Consumer;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.EntitlementRulesApi;
import org.guildhall.api.model.EntitlementCombine;
import org.guildhall.api.model.EntitlementEnforcement;
import org.guildhall.api.model.EntitlementKind;
import org.guildhall.api.model.EntitlementPeriod;
import org.guildhall.api.model.EntitlementRule;
import org.guildhall.api.model.EntitlementRuleId;
import org.guildhall.api.model.EntitlementRulePatch;
import org.guildhall.api.model.EntitlementRuleState;
import org.guildhall.api.model.EntitlementSetId;
import org.guildhall.api.model.GetEntitlementRuleQuery;
import org.guildhall.api.model.ListEntitlementSetRulesQuery;
import org.guildhall.api.model.NewEntitlementRule;
import org.guildhall.catalog.entitlements.EntitlementRuleStore.LimitPolicy;
import org.guildhall.catalog.entitlements.EntitlementRuleStore.Row;
import org.guildhall.catalog.entitlements.EntitlementRuleStore.Values;
import org.guildhall.catalog.entitlements.IntegrationStore.LockedKey;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.jspecify.annotations.Nullable;

/** The rules of entitlement sets: {@code /catalog/entitlement-sets/{id}/rules} and {@code /catalog/entitlement-rules}. */
final class EntitlementRulesHandler implements EntitlementRulesApi<Call> {

    private final EntitlementSetStore sets;
    private final EntitlementRuleStore rules;
    private final IntegrationStore integrations;
    private final Consumer<Tx> limitChanged;

    EntitlementRulesHandler(
            EntitlementSetStore sets, EntitlementRuleStore rules, IntegrationStore integrations, Consumer<Tx> limitChanged) {
        this.limitChanged = limitChanged;
        this.sets = sets;
        this.rules = rules;
        this.integrations = integrations;
    }

    @Override
    public Reply<EntitlementRule> createEntitlementRule(Call call, EntitlementSetId entitlementSetId, NewEntitlementRule body) {
        var kind = body.kind().value();
        var values = RuleValues.of(
                kind, body.limitValue(), Boolean.TRUE.equals(body.unlimited()), body.enabled(),
                body.period() == null ? null : body.period().value(),
                body.combine() == null ? null : body.combine().value(),
                new LimitPolicy(
                        body.enforcement() == null ? "hard" : body.enforcement().value(),
                        body.gracePercent() == null ? 0 : body.gracePercent(),
                        body.thresholdPercents() == null ? List.of() : body.thresholdPercents()));
        var batch = new Batch();
        var lockedSet = sets.lockForReference(batch, entitlementSetId.value());
        var registered = integrations.lockKeyShared(batch, body.resourceKey());
        batch.send(call.tx());
        var set = Require.found(lockedSet.get());
        requireRegistered(registered.get(), body.resourceKey(), kind);
        Require.active(set.state(), "entitlement set");
        var rule = toApi(rules.insert(call.tx(), set.id(), body.externalId(), body.resourceKey(), kind, values));
        call.created(rule.id(), rule);
        signal(call, kind);
        return Reply.created("/api/v1/catalog/entitlement-rules/" + rule.id(), rule);
    }

    @Override
    public Reply<Page<EntitlementRule>> listEntitlementSetRules(
            Call call, EntitlementSetId entitlementSetId, ListEntitlementSetRulesQuery query) {
        var filter = new EntitlementRuleStore.Filter(
                entitlementSetId.value(),
                query.externalId(),
                query.resourceKey(),
                query.kind() == null ? null : query.kind().value(),
                query.state() == null ? null : query.state() == EntitlementRuleState.ACTIVE,
                query.at());
        var page = rules.list(call.tx(), call.page(), filter);
        if (page.data().isEmpty()) {
            Require.found(sets.get(call.tx(), entitlementSetId.value()));
        }
        return Reply.list(page.map(EntitlementRulesHandler::toApi));
    }

    @Override
    public Reply<EntitlementRule> getEntitlementRule(Call call, EntitlementRuleId entitlementRuleId, GetEntitlementRuleQuery query) {
        var id = entitlementRuleId.value();
        return Reply.ok(toApi(Require.found(query.at() == null ? rules.get(call.tx(), id) : rules.get(call.tx(), id, query.at()))));
    }

    @Override
    public Reply<EntitlementRule> updateEntitlementRule(Call call, EntitlementRuleId entitlementRuleId, Patch<EntitlementRulePatch> patch) {
        var held = Require.found(rules.lock(call.tx(), entitlementRuleId.value()));
        var before = held.row();
        call.expect(before.version());
        var current = new EntitlementRulePatch(
                before.externalId(), before.values().limitValue(), before.values().enabled(), period(before.values().period()),
                EntitlementCombine.fromValue(before.values().combine()),
                EntitlementEnforcement.fromValue(before.values().limitPolicy().enforcement()), before.values().limitPolicy().gracePercent(),
                before.values().limitPolicy().thresholdPercents());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var values = RuleValues.changed(before.kind(), new Values(
                wanted.limitValue(), wanted.enabled(), wanted.period() == null ? null : wanted.period().value(), wanted.combine().value(),
                new LimitPolicy(wanted.enforcement().value(), wanted.gracePercent(), wanted.thresholdPercents())));
        requireActive(before);
        Require.active(held.setState(), "entitlement set");
        return changed(call, before, values.equals(before.values())
                ? rules.setExternalId(call.tx(), before, wanted.externalId())
                : rules.update(call.tx(), before, wanted.externalId(), values));
    }

    @Override
    public Reply<EntitlementRule> endEntitlementRule(Call call, EntitlementRuleId entitlementRuleId) {
        var before = Require.found(rules.lock(call.tx(), entitlementRuleId.value())).row();
        call.expect(before.version());
        requireActive(before);
        return changed(call, before, rules.end(call.tx(), before.id()));
    }

    private static void requireRegistered(@Nullable LockedKey key, String resourceKey, String kind) {
        if (key == null || !key.integrationState().equals("active")) {
            throw Problem.VALIDATION_FAILED.because("No active integration registers " + resourceKey + ".")
                    .with(Item.pointer("/resource_key", "unregistered", "No active integration registers it."));
        }
        if (!key.kind().equals(kind)) {
            throw Problem.VALIDATION_FAILED.because(resourceKey + " is registered with the kind " + key.kind() + ".")
                    .with(Item.pointer("/kind", "other_kind", "The resource key is registered with the kind " + key.kind() + "."));
        }
    }

    private static void requireActive(Row rule) {
        if (!rule.active()) {
            throw Problem.INVALID_STATE.because("The entitlement rule has ended.");
        }
    }

    private Reply<EntitlementRule> changed(Call call, Row before, Row after) {
        var rule = toApi(after);
        call.changed(rule.id(), toApi(before), rule);
        signal(call, before.kind());
        return Reply.ok(rule);
    }

    private void signal(Call call, String kind) {
        if (kind.equals("limit")) {
            limitChanged.accept(call.tx());
        }
    }

    static EntitlementRule toApi(Row row) {
        var values = row.values();
        return new EntitlementRule(
                new EntitlementRuleId(row.id()), row.externalId(), new EntitlementSetId(row.entitlementSetId()), row.resourceKey(),
                EntitlementKind.fromValue(row.kind()), values.limitValue(), !row.kind().equals("boolean") && values.limitValue() == null,
                values.enabled(), period(values.period()), EntitlementCombine.fromValue(values.combine()),
                EntitlementEnforcement.fromValue(values.limitPolicy().enforcement()), values.limitPolicy().gracePercent(),
                values.limitPolicy().thresholdPercents(),
                row.active() ? EntitlementRuleState.ACTIVE : EntitlementRuleState.ENDED, row.startsAt(), row.endsAt(), row.createdAt(),
                row.updatedAt(), row.version());
    }

    private static @Nullable EntitlementPeriod period(@Nullable String period) {
        return period == null ? null : EntitlementPeriod.fromValue(period);
    }
}
