package org.guildhall.runtime.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.guildhall.TestServer;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.PgProxy;
import org.guildhall.core.data.TaskLease;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Spec;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.problem.Constraints;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.Platform;
import org.guildhall.runtime.people.HouseholdMemberStore;
import org.guildhall.runtime.people.HouseholdStore;
import org.guildhall.runtime.people.Households;
import org.guildhall.runtime.people.InvitationStore;
import org.guildhall.runtime.people.MemberImport;
import org.guildhall.runtime.people.MembershipStore;
import org.guildhall.runtime.people.OrganizationStore;
import org.guildhall.runtime.people.Organizations;
import org.guildhall.runtime.people.People;
import org.guildhall.runtime.people.PersonArchiving;
import org.guildhall.runtime.people.PersonIdentityStore;
import org.guildhall.runtime.people.PersonStore;
import org.guildhall.runtime.pickups.PickupAuthorities;
import org.guildhall.runtime.pickups.PickupsModule;
import org.guildhall.runtime.plans.GrantStore;
import org.guildhall.runtime.plans.PlanFixture;
import org.guildhall.runtime.plans.Pools;
import org.guildhall.runtime.plans.ProvisionStore;
import org.guildhall.runtime.plans.TransitionStore;
import org.guildhall.runtime.plans.TransitionWriter;
import org.guildhall.tasks.TasksModule;
import org.junit.jupiter.api.Test;

/** The database round trips of an import, counted on the wire. */
class ImportTripsTest {

    private final ImportFixture imports = new ImportFixture(TestServer.withoutScheduler().tenant()).open();

    /** Processes an import, as the job does. */
    private void work(Db db, java.util.UUID id) {
        var persons = new PersonStore();
        var organizations = new OrganizationStore();
        var households = new HouseholdStore();
        var members = new HouseholdMemberStore();
        var pools = new Pools(new Catalog(), new TransitionWriter(new ProvisionStore(), new TransitionStore(), new GrantStore()), (tx, changes, held, keep) -> {}, (tx, clocks, products, since) -> java.util.Map.of(), (tx, organizationId, at) -> {});
        var organizationRules = new Organizations(organizations, new InvitationStore(), pools);
        var householdRules = new Households(persons, households, members, pickups(db));
        var people = new People(persons, new PersonIdentityStore(), organizationRules, new PersonArchiving(organizations, new MembershipStore(), organizationRules, householdRules, (tx, person) -> {}));
        var memberImport = new MemberImport(people, persons, householdRules, households, members);
        var job = new ImportsModule(db, db, new Platform(db, db), memberImport).importing(new Constraints());
        assertNull(job.run(new TaskLease("import", imports.tenant.id(), id, 1, 0), () -> false));
    }

    private static PickupAuthorities pickups(Db db) {
        var queue = new TaskQueue(db, 1, any -> true);
        var spec = new Spec();
        var tasks = new TasksModule(
                db, queue, Keys.parse(TestServer.KEYS), new EntityIds(spec.prefixes()), (tx, person) -> null, Outbound.open(new OutgoingAddresses(List.of())), "http://localhost");
        return new PickupsModule(db, queue, tasks.door()).authorities();
    }

    private long trips(String prefix, int rows) throws IOException {
        var file = new StringBuilder("external_id,name,household_external_id,household_name\n");
        for (int row = 0; row < rows; row++) {
            file.append("%1$s-%2$d,Member,%1$s-%3$d,Household\n".formatted(prefix, row, row / 4));
        }
        var accepted = imports.send("", ImportFixture.CSV, file.toString()).expect(202);
        try (var proxy = new PgProxy(TestServer.withoutScheduler().settings().database());
                var db = new Db(proxy.through())) {
            long before = proxy.trips();
            work(db, PlanFixture.uuid(String.valueOf(accepted.at("/id"))));
            assertEquals("succeeded %1$d = %1$d created + 0 updated + 0 unchanged + 0 failed".formatted(rows), ImportFixture.outcome(imports.done(accepted)));
            return proxy.trips() - before;
        }
    }

    @Test
    void newRows_many_takeAsManyRoundTripsAsFew() throws IOException {
        trips("warm", 8);
        long few = trips("few", 8);
        long many = trips("many", 200);
        assertTrue(few <= 30, few + " round trips");
        assertTrue(many <= few + 2, many + " round trips, " + few + " for few");
    }
}
