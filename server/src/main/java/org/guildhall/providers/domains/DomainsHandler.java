package org.guildhall.providers.domains;

import java.util.UUID;
import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.Domain;
import org.guildhall.api.model.DomainId;
import org.guildhall.api.model.DomainPatch;
import org.guildhall.api.model.ListDomainsQuery;
import org.guildhall.api.model.NewDomain;
import org.guildhall.api.model.OrganizationId;
import org.guildhall.api.model.SignalId;
import org.guildhall.api.providers.DomainsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.providers.domains.DomainStore.Filter;
import org.guildhall.providers.domains.DomainStore.Row;
import org.guildhall.providers.domains.DomainStore.Values;
import org.jspecify.annotations.Nullable;

/** Domains: {@code /providers/domains}. */
final class DomainsHandler implements DomainsApi<Call> {

    private final DomainStore domains;
    private final DomainJob job;

    DomainsHandler(DomainStore domains, DomainJob job) {
        this.domains = domains;
        this.job = job;
    }

    @Override
    public Reply<Domain> createDomain(Call call, NewDomain body) {
        var values = new Values(body.externalId(), id(body.organizationId()), body.purpose(), body.expectedTarget(), body.failoverTarget(),
                id(body.signalId()));
        DomainRules.requireTargets(values.expectedTarget(), values.failoverTarget());
        var domain = DomainViews.toApi(domains.insert(call.tx(), body.name(), values));
        call.created(domain.id(), domain);
        job.request(call.tx());
        return Reply.created("/api/v1/providers/domains/" + domain.id(), domain);
    }

    @Override
    public Reply<Page<Domain>> listDomains(Call call, ListDomainsQuery query) {
        var filter = new Filter(
                query.externalId(), query.state() == null ? null : query.state().value(), id(query.organizationId()), query.name(),
                new TimeWindow(query.expiresAfter(), query.expiresFrom(), query.expiresBefore()));
        return Reply.list(domains.list(call.tx(), call.page(), filter).map(DomainViews::toApi));
    }

    @Override
    public Reply<Domain> getDomain(Call call, DomainId domainId) {
        return Reply.ok(DomainViews.toApi(Require.found(domains.get(call.tx(), domainId.value()))));
    }

    @Override
    public Reply<Domain> updateDomain(Call call, DomainId domainId, Patch<DomainPatch> patch) {
        var before = locked(call, domainId);
        var is = before.values();
        var current = new DomainPatch(
                is.externalId(), is.organizationId() == null ? null : new OrganizationId(is.organizationId()), is.purpose(), is.expectedTarget(),
                is.failoverTarget(), is.signalId() == null ? null : new SignalId(is.signalId()));
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(DomainViews.toApi(before));
        }
        var values = new Values(
                wanted.externalId(), id(wanted.organizationId()), wanted.purpose(), wanted.expectedTarget(), wanted.failoverTarget(),
                id(wanted.signalId()));
        DomainRules.requireTargets(values.expectedTarget(), values.failoverTarget());
        requireNotRemoved(before);
        job.request(call.tx());
        return changed(call, before, domains.update(call.tx(), before.id(), values));
    }

    @Override
    public Reply<Domain> checkDomain(Call call, DomainId domainId) {
        var before = locked(call, domainId);
        requireNotRemoved(before);
        job.request(call.tx());
        return changed(call, before, domains.check(call.tx(), before.id()));
    }

    @Override
    public Reply<Domain> removeDomain(Call call, DomainId domainId) {
        var before = locked(call, domainId);
        requireNotRemoved(before);
        return changed(call, before, domains.remove(call.tx(), before.id()));
    }

    private Row locked(Call call, DomainId domainId) {
        var row = Require.found(domains.lock(call.tx(), domainId.value()));
        call.expect(row.version());
        return row;
    }

    private static void requireNotRemoved(Row domain) {
        if (domain.removedAt() != null) {
            throw Problem.INVALID_STATE.because("The domain was removed.");
        }
    }

    private static Reply<Domain> changed(Call call, Row before, Row after) {
        var domain = DomainViews.toApi(after);
        call.changed(domain.id(), DomainViews.toApi(before), domain);
        return Reply.ok(domain);
    }

    private static @Nullable UUID id(@Nullable OrganizationId id) {
        return id == null ? null : id.value();
    }

    private static @Nullable UUID id(@Nullable SignalId id) {
        return id == null ? null : id.value();
    }
}
