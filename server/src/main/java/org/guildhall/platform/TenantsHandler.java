package org.guildhall.platform;

import java.time.Duration;
import java.util.List;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.Scopes;
import org.guildhall.api.model.IssuedToken;
import org.guildhall.api.model.ListTenantsQuery;
import org.guildhall.api.model.NewAdminToken;
import org.guildhall.api.model.NewTenant;
import org.guildhall.api.model.RateLimitSetting;
import org.guildhall.api.model.Tenant;
import org.guildhall.api.model.TenantId;
import org.guildhall.api.model.TenantMode;
import org.guildhall.api.model.TenantPatch;
import org.guildhall.api.model.TenantState;
import org.guildhall.api.model.TenantSuspension;
import org.guildhall.api.platform.TenantsApi;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.Tx;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.TenantStore.Filter;
import org.guildhall.platform.TenantStore.Row;
import org.guildhall.platform.TenantStore.Values;
import org.jspecify.annotations.Nullable;

/** Tenants, managed by platform administrators: {@code /platform/tenants}. */
final class TenantsHandler implements TenantsApi<Call> {

    /** All scopes that a tenant can hold. */
    static final List<String> ADMINISTRATOR_SCOPES =
            Scopes.ALL.stream().filter(scope -> !scope.startsWith("platform:tenants:")).toList();

    private static final int LIFETIME_SECONDS = 86_400;
    private static final String ADMINISTRATOR = "Administrator";

    private final TenantStore tenants;
    private final SettingsStore settings;
    private final ConsumerStore consumers;
    private final TokenIssuer issuer;
    private final Platform.TenantChanges tenantChanges;

    TenantsHandler(
            TenantStore tenants, SettingsStore settings, ConsumerStore consumers, TokenIssuer issuer, Platform.TenantChanges tenantChanges) {
        this.tenants = tenants;
        this.settings = settings;
        this.consumers = consumers;
        this.issuer = issuer;
        this.tenantChanges = tenantChanges;
    }

    @Override
    public Reply<Tenant> createTenant(Call call, NewTenant body) {
        SettingsHandler.requireKnown(body.timeZone(), body.currency());
        var row = tenants.insert(call.tx(), values(body.externalId(), body.name(), body.rateLimitMaximum()), body.mode().value());
        call.tx().within(row.id(), inside -> {
            settings.insert(inside, body.timeZone(), body.currency());
            tenantChanges.tenantCreated(inside);
            return row;
        });
        var tenant = toApi(row);
        call.created(tenant.id(), tenant);
        call.about(row.id());
        call.credentialsChanged();
        return Reply.created("/api/v1/platform/tenants/" + tenant.id(), tenant);
    }

    @Override
    public Reply<Page<Tenant>> listTenants(Call call, ListTenantsQuery query) {
        var filter = new Filter(
                query.externalId(),
                query.mode() == null ? null : query.mode().value(),
                query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(tenants.list(call.tx(), call.page(), filter).map(TenantsHandler::toApi));
    }

    @Override
    public Reply<Tenant> getTenant(Call call, TenantId tenantId) {
        return Reply.ok(toApi(found(tenants.get(call.tx(), tenantId.value()))));
    }

    @Override
    public Reply<Tenant> updateTenant(Call call, TenantId tenantId, Patch<TenantPatch> patch) {
        var before = locked(call, tenantId);
        var current = new TenantPatch(before.externalId(), before.name(), maximum(before));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        if (before.id().equals(call.caller().tenant())) {
            ProblemException.ifAny(OwnLimit.unusable("/rate_limit_maximum", current.rateLimitMaximum(), wanted.rateLimitMaximum()));
        }
        return changed(call, before, tenants.update(call.tx(), before.id(),
                values(wanted.externalId(), wanted.name(), wanted.rateLimitMaximum())));
    }

    @Override
    public Reply<Tenant> suspendTenant(Call call, TenantId tenantId, TenantSuspension body) {
        var before = locked(call, tenantId);
        if (before.id().equals(Db.PLATFORM)) {
            throw Problem.INVALID_STATE.because("The platform's own tenant can't be suspended, since it could not be reactivated.");
        }
        if (before.state().equals("suspended")) {
            throw Problem.INVALID_STATE.because("The tenant is already suspended.");
        }
        return changed(call, before, tenants.suspend(call.tx(), before.id(), body.reason()));
    }

    @Override
    public Reply<Tenant> reactivateTenant(Call call, TenantId tenantId) {
        var before = locked(call, tenantId);
        if (!before.state().equals("suspended")) {
            throw Problem.INVALID_STATE.because("The tenant is not suspended.");
        }
        TaskQueue.wake(call.tx(), before.id());
        return changed(call, before, tenants.reactivate(call.tx(), before.id()));
    }

    @Override
    public Reply<IssuedToken> createTenantAdminToken(Call call, TenantId tenantId, NewAdminToken body) {
        var tenant = found(tenants.get(call.tx(), tenantId.value()));
        if (tenant.id().equals(Db.PLATFORM)) {
            // Otherwise a caller with only the tenants' scopes would get all scopes of the platform's administrators.
            throw Problem.INVALID_STATE.because("Administrator tokens can't be issued for the platform itself: use POST /api/v1/platform/tokens.");
        }
        ScopeDelegation.requireActsAs(call.caller(), "operator");
        var administered = call.tx().within(tenant.id(), inside -> administratorsToken(inside, tenant, body));
        var reply = issuer.answer(call, administered.issued());
        if (administered.made() != null) {
            var made = ConsumersHandler.toApi(administered.made());
            call.created(made.id(), made);
        }
        call.about(tenant.id());
        return reply;
    }

    /** An issued token, and its consumer if that was created, too. */
    private record AdministratorToken(TokenIssuer.Issued issued, ConsumerStore.@Nullable Row made) {}

    private AdministratorToken administratorsToken(Tx inside, Row tenant, NewAdminToken body) {
        var administration = settings.lockAdministration(inside);
        var lifetime = Duration.ofSeconds(body.lifetimeSeconds() == null ? LIFETIME_SECONDS : body.lifetimeSeconds());
        if (!administration.lifetime().allows(lifetime)) {
            throw Problem.VALIDATION_FAILED.because("The lifetime is longer than the tenant allows.")
                    .with(Item.pointer("/lifetime_seconds", "too_large",
                            "The tenant limits the lifetime of tokens to " + administration.lifetime().daysMax() + " days."));
        }
        var present = administration.consumerId() == null ? null : consumers.lock(inside, administration.consumerId());
        var made = present != null && isUsable(present) ? null : administrator(inside);
        var consumer = made == null ? present : made;
        return new AdministratorToken(
                issuer.issue(inside, tenant.mode(), new TokenStore.New(
                        consumer.id(), null, body.name() == null ? ADMINISTRATOR : body.name(), "secret", ADMINISTRATOR_SCOPES, List.of(), null,
                        null, administration.now().plus(lifetime), null)),
                made);
    }

    /** False if the tenant archived or restricted the consumer. It then stays so, and a new consumer is created. */
    private static boolean isUsable(ConsumerStore.Row consumer) {
        return consumer.state().equals("active")
                && consumer.actsAs().equals("operator")
                && ScopeDelegation.added(consumer.scopes(), ADMINISTRATOR_SCOPES).isEmpty();
    }

    private ConsumerStore.Row administrator(Tx inside) {
        var made = consumers.insert(inside, new ConsumerStore.Values(
                null, ADMINISTRATOR, "Platform", "platform@guildhall.invalid", ADMINISTRATOR_SCOPES, "operator", null, null));
        settings.administeredBy(inside, made.id());
        return made;
    }

    private Row locked(Call call, TenantId tenantId) {
        var row = found(tenants.lock(call.tx(), tenantId.value()));
        call.expect(row.version());
        return row;
    }

    private static Row found(@Nullable Row row) {
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return row;
    }

    private static Reply<Tenant> changed(Call call, Row before, Row after) {
        var tenant = toApi(after);
        call.changed(tenant.id(), toApi(before), tenant);
        call.about(after.id());
        call.credentialsChanged();
        return Reply.ok(tenant);
    }

    private static Values values(@Nullable String externalId, String name, @Nullable RateLimitSetting maximum) {
        return new Values(externalId, name, ConsumersHandler.limit(maximum), ConsumersHandler.window(maximum));
    }

    private static @Nullable RateLimitSetting maximum(Row row) {
        return ConsumersHandler.setting(row.rateLimitMaximum(), row.rateMaximumWindowSeconds());
    }

    static Tenant toApi(Row row) {
        return new Tenant(
                new TenantId(row.id()), row.externalId(), row.name(), TenantMode.fromValue(row.mode()), TenantState.fromValue(row.state()),
                row.suspendedAt(), row.suspensionReason(), maximum(row), row.createdAt(), row.updatedAt(), row.version());
    }
}
