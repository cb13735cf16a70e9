package org.guildhall.catalog.entitlements;

import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.IntegrationsApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.EntitlementKind;
import org.guildhall.api.model.Integration;
import org.guildhall.api.model.IntegrationId;
import org.guildhall.api.model.IntegrationPatch;
import org.guildhall.api.model.ListIntegrationsQuery;
import org.guildhall.api.model.NewIntegration;
import org.guildhall.api.model.NewResourceKey;
import org.guildhall.api.model.ResourceKeyRegistration;
import org.guildhall.catalog.entitlements.IntegrationStore.Filter;
import org.guildhall.catalog.entitlements.IntegrationStore.ResourceKey;
import org.guildhall.catalog.entitlements.IntegrationStore.Row;
import org.guildhall.catalog.entitlements.IntegrationStore.Values;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;

/** Integrations and their manifests: {@code /catalog/integrations}. */
final class IntegrationsHandler implements IntegrationsApi<Call> {

    private final IntegrationStore integrations;
    private final EntitlementRuleStore rules;

    IntegrationsHandler(IntegrationStore integrations, EntitlementRuleStore rules) {
        this.integrations = integrations;
        this.rules = rules;
    }

    @Override
    public Reply<Integration> createIntegration(Call call, NewIntegration body) {
        var keys = Manifests.keys(body.key(), body.resourceKeys() == null ? List.of() : body.resourceKeys());
        var row = integrations.insert(call.tx(), body.key(), new Values(body.externalId(), body.name(), body.provisioningEndpoint()));
        integrations.register(call.tx(), row, keys);
        var integration = toApi(row.with(keys));
        call.created(integration.id(), integration);
        return Reply.created("/api/v1/catalog/integrations/" + integration.id(), integration);
    }

    @Override
    public Reply<Page<Integration>> listIntegrations(Call call, ListIntegrationsQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var filter = new Filter(query.externalId(), query.key(), state,
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(integrations.list(call.tx(), call.page(), filter).map(IntegrationsHandler::toApi));
    }

    @Override
    public Reply<Integration> getIntegration(Call call, IntegrationId integrationId) {
        return Reply.ok(toApi(Require.found(integrations.get(call.tx(), integrationId.value()))));
    }

    @Override
    public Reply<Integration> updateIntegration(Call call, IntegrationId integrationId, Patch<IntegrationPatch> patch) {
        var before = locked(call, integrationId);
        var wanted = patch.onto(patchable(before));
        var keys = Manifests.keys(before.key(), wanted.resourceKeys());
        var values = new Values(wanted.externalId(), wanted.name(), wanted.provisioningEndpoint());
        if (keys.equals(before.resourceKeys()) && values.equals(new Values(before.externalId(), before.name(), before.provisioningEndpoint()))) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        Require.active(before.state(), "integration");
        integrations.register(call.tx(), before, keys);
        return changed(call, before, integrations.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Integration> archiveIntegration(Call call, IntegrationId integrationId) {
        var batch = new Batch();
        var locked = integrations.lock(batch, integrationId.value());
        var named = rules.anyNamesKeyOf(batch, integrationId.value());
        batch.send(call.tx());
        var before = Require.found(locked.get());
        call.expect(before.version());
        Require.active(before.state(), "integration");
        if (named.getAsBoolean()) {
            throw Problem.IN_USE.because("An active entitlement rule names a resource key of this integration.");
        }
        return changed(call, before, integrations.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, IntegrationId integrationId) {
        var batch = new Batch();
        var locked = integrations.lock(batch, integrationId.value());
        batch.send(call.tx());
        var row = Require.found(locked.get());
        call.expect(row.version());
        return row;
    }

    private static Reply<Integration> changed(Call call, Row before, Row after) {
        var integration = toApi(after);
        call.changed(integration.id(), toApi(before), integration);
        return Reply.ok(integration);
    }

    private static IntegrationPatch patchable(Row row) {
        return new IntegrationPatch(row.externalId(), row.name(), row.provisioningEndpoint(), row.resourceKeys().stream()
                .map(key -> new NewResourceKey(key.key(), key.displayName(), key.unit(), EntitlementKind.fromValue(key.kind())))
                .toList());
    }

    private static Integration toApi(Row row) {
        return new Integration(
                new IntegrationId(row.id()), row.externalId(), row.key(), row.name(), row.provisioningEndpoint(),
                row.resourceKeys().stream().map(IntegrationsHandler::toApi).toList(), ActiveState.fromValue(row.state()), row.archivedAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }

    private static ResourceKeyRegistration toApi(ResourceKey key) {
        return new ResourceKeyRegistration(key.key(), key.displayName(), key.unit(), EntitlementKind.fromValue(key.kind()));
    }
}
