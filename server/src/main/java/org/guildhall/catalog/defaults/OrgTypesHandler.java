package org.guildhall.catalog.defaults;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.catalog.OrgTypesApi;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.ListOrgTypesQuery;
import org.guildhall.api.model.NewOrgType;
import org.guildhall.api.model.OrgType;
import org.guildhall.api.model.OrgTypeId;
import org.guildhall.api.model.OrgTypePatch;
import org.guildhall.catalog.defaults.OrgTypeStore.DefaultChange;
import org.guildhall.catalog.defaults.OrgTypeStore.Filter;
import org.guildhall.catalog.defaults.OrgTypeStore.Row;
import org.guildhall.catalog.defaults.OrgTypeStore.Values;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.TimeWindow;
import org.jspecify.annotations.Nullable;

/** Organization types: {@code /catalog/org-types}. */
final class OrgTypesHandler implements OrgTypesApi<Call> {

    private final OrgTypeStore types;
    private final DefaultGrantPolicyStore policies;

    OrgTypesHandler(OrgTypeStore types, DefaultGrantPolicyStore policies) {
        this.types = types;
        this.policies = policies;
    }

    @Override
    public Reply<OrgType> createOrgType(Call call, NewOrgType body) {
        var values = new Values(body.externalId(), body.name(), body.description(), Boolean.TRUE.equals(body.isDefault()));
        var cleared = values.isDefault() ? types.clearDefault(call.tx()) : null;
        var type = toApi(types.insert(call.tx(), body.key(), values));
        call.created(type.id(), type);
        recordChange(call, cleared);
        return Reply.created("/api/v1/catalog/org-types/" + type.id(), type);
    }

    @Override
    public Reply<Page<OrgType>> listOrgTypes(Call call, ListOrgTypesQuery query) {
        var state = query.state() == null ? null : query.state().value();
        var filter = new Filter(query.externalId(), query.key(), query.isDefault(), state,
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(types.list(call.tx(), call.page(), filter).map(OrgTypesHandler::toApi));
    }

    @Override
    public Reply<OrgType> getOrgType(Call call, OrgTypeId orgTypeId) {
        return Reply.ok(toApi(Require.found(types.get(call.tx(), orgTypeId.value()))));
    }

    @Override
    public Reply<OrgType> updateOrgType(Call call, OrgTypeId orgTypeId, Patch<OrgTypePatch> patch) {
        var before = locked(call, orgTypeId);
        var current = new OrgTypePatch(before.externalId(), before.name(), before.description(), before.isDefault());
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        Require.active(before.state(), "organization type");
        var values = new Values(wanted.externalId(), wanted.name(), wanted.description(), wanted.isDefault());
        var cleared = values.isDefault() && !before.isDefault() ? types.clearDefault(call.tx()) : null;
        var reply = changed(call, before, types.update(call.tx(), before.id(), values));
        recordChange(call, cleared);
        return reply;
    }

    @Override
    public Reply<OrgType> archiveOrgType(Call call, OrgTypeId orgTypeId) {
        var batch = new Batch();
        var locked = types.lock(batch, orgTypeId.value());
        var named = policies.anyNamesOrgType(batch, orgTypeId.value());
        batch.send(call.tx());
        var before = Require.found(locked.get());
        call.expect(before.version());
        Require.active(before.state(), "organization type");
        if (before.isDefault()) {
            throw Problem.INVALID_STATE.because("This is the default organization type. Make another one the default first.");
        }
        if (named.getAsBoolean()) {
            throw Problem.IN_USE.because("An active default-grant policy names this organization type.");
        }
        return changed(call, before, types.archive(call.tx(), before.id()));
    }

    private static void recordChange(Call call, @Nullable DefaultChange cleared) {
        if (cleared != null) {
            changed(call, cleared.before(), cleared.after());
        }
    }

    private Row locked(Call call, OrgTypeId orgTypeId) {
        var batch = new Batch();
        var locked = types.lock(batch, orgTypeId.value());
        batch.send(call.tx());
        var row = Require.found(locked.get());
        call.expect(row.version());
        return row;
    }

    private static Reply<OrgType> changed(Call call, Row before, Row after) {
        var type = toApi(after);
        call.changed(type.id(), toApi(before), type);
        return Reply.ok(type);
    }

    static OrgType toApi(Row row) {
        return new OrgType(
                new OrgTypeId(row.id()), row.externalId(), row.key(), row.name(), row.description(), row.isDefault(),
                ActiveState.fromValue(row.state()), row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }
}
