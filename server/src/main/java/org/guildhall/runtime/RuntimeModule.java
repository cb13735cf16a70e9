package org.guildhall.runtime;

import static org.guildhall.core.http.Problem.ALREADY_EXISTS;

import java.util.function.Function;
import java.util.stream.Collectors;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.http.Unattended;
import org.guildhall.core.work.Work;
import org.guildhall.platform.Platform;

/** Wires the runtime room: who is there, and what they hold and use. */
public final class RuntimeModule {

    private final Db db;
    private final Keys keys;
    private final Platform platform;
    private final Unattended unattended;
    private final Catalog catalog = new Catalog();

    public RuntimeModule(Db db, Keys keys, Platform platform) {
        this.db = db;
        this.keys = keys;
        this.platform = platform;
        this.unattended = new Unattended(db);
    }

    /** Binds the room's operations, tells what its constraints mean, and offers its resources for {@code expand}. */
    public void bind(Api api) {
        people(api);
        moves(api);
        entitlements(api);
        usage(api);
        imports(api);
    }

    /** Has the room's own work done. */
    public void schedule(Work work) {}

    private void people(Api api) {
        var routes = api.routes();
        var organizations = new OrganizationStore();
        var persons = new PersonStore();
        var identities = new PersonIdentityStore();
        var memberships = new MembershipStore();
        var making = new Organizations(organizations, new Pools(new PoolStore()));
        new PersonsHandler(persons, new People(persons, identities, making)).bind(routes);
        new PersonIdentitiesHandler(persons, identities).bind(routes);
        new OrganizationsHandler(organizations, making).bind(routes);
        new WorkspacesHandler(organizations, new WorkspaceStore()).bind(routes);
        new MembershipsHandler(organizations, memberships, new Belonging(persons, organizations, memberships)).bind(routes);
        api.constraints().on("memberships_one_at_a_time", ALREADY_EXISTS, "/person_id", "The person belongs to the organization already.");
        api.expansions().offer("person", "per", (tx, ids) -> persons.getAll(tx, ids).stream()
                .map(PersonsHandler::toApi)
                .collect(Collectors.toMap(person -> person.id().toString(), Function.identity())));
        api.expansions().offer("organization", "org", (tx, ids) -> organizations.getAll(tx, ids).stream()
                .map(OrganizationsHandler::toApi)
                .collect(Collectors.toMap(organization -> organization.id().toString(), Function.identity())));
    }

    private void moves(Api api) {
        new PoolsHandler(new PoolStore()).bind(api.routes());
    }

    private void entitlements(Api api) {}

    private void usage(Api api) {}

    private void imports(Api api) {}
}
