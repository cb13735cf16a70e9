package org.guildhall.schedule.bookings;

import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.guildhall.Http.Reply;
import org.guildhall.Http;
import org.guildhall.TestServer;
import org.guildhall.api.TypeIds;
import org.guildhall.schedule.ScheduleFixture;

/** Sets up the tests of allowances: a tenant in Sydney with an allowance of classes, and organizations that have so many a week. */
final class AllowanceFixture {

    static final String NEEDS = ", \"needs\": {\"resource_key\": \"gym.classes\", \"quantity\": 1}";

    private static final String CATALOG = "/api/v1/catalog";

    final ScheduleFixture schedule;
    final Http all;
    private final String orgType;
    private int sets;

    AllowanceFixture() {
        this(TestServer.shared());
    }

    AllowanceFixture(TestServer server) {
        this.schedule = new ScheduleFixture(server);
        this.all = new Http(server, schedule.tenant.token());
        all.patch("/api/v1/platform/settings", "{\"time_zone\": \"Australia/Sydney\"}").expect(200);
        make(CATALOG + "/integrations", """
                {"key": "gym", "name": "Gym", "resource_keys": [
                  {"key": "gym.classes", "display_name": "Classes", "kind": "allowance"},
                  {"key": "gym.lockers", "display_name": "Lockers", "kind": "limit"}]}""");
        this.orgType = make(CATALOG + "/org-types", "{\"key\": \"club\", \"name\": \"Club\"}");
    }

    String make(String path, String body) {
        return all.post(path, body).expect(201).at("/id");
    }

    /** Creates a product with so many classes a week. */
    String product(int classes) {
        var set = make(CATALOG + "/entitlement-sets", "{\"name\": \"Set %d\"}".formatted(++sets));
        make(CATALOG + "/entitlement-sets/" + set + "/rules", """
                {"resource_key": "gym.classes", "kind": "allowance", "period": "week", "limit_value": %d}""".formatted(classes));
        var product = make(CATALOG + "/products", "{\"name\": \"Product %d\", \"entitlement_set_id\": \"%s\"}".formatted(sets, set));
        all.post(CATALOG + "/products/" + product + "/publish", null).expect(200);
        return product;
    }

    /** Creates a ladder with a tier for each number of classes a week, and returns the tiers. */
    List<String> tiers(int... classes) {
        var ladder = make(CATALOG + "/plan-ladders", "{\"name\": \"Ladder %d\"}".formatted(++sets));
        var tiers = new ArrayList<String>();
        for (int number : classes) {
            tiers.add(make(CATALOG + "/plan-ladders/" + ladder + "/tiers", "{\"name\": \"Tier %d\", \"product_id\": \"%s\"}".formatted(
                    tiers.size(), product(number))));
        }
        return tiers;
    }

    /** Creates an organization with a plan. */
    String organizationOn(String tier) {
        var organization = make("/api/v1/runtime/organizations", "{\"org_type_id\": \"%s\", \"name\": \"Club\"}".formatted(orgType));
        make("/api/v1/runtime/organizations/" + organization + "/transitions", "{\"kind\": \"initiate\", \"target_tier_id\": \"%s\"}".formatted(tier));
        return organization;
    }

    /** Creates an organization that has so many classes a week. */
    String organization(int classes) {
        return organizationWith(product(classes));
    }

    String organizationWith(String product) {
        var organization = make("/api/v1/runtime/organizations", "{\"org_type_id\": \"%s\", \"name\": \"Club\"}".formatted(orgType));
        make("/api/v1/runtime/grants", "{\"organization_id\": \"%s\", \"product_id\": \"%s\"}".formatted(organization, product));
        return organization;
    }

    /** Creates a session in three days whose bookings use one class each. */
    String session(int capacity, String more) {
        return schedule.session(capacity, NEEDS + more);
    }

    String session(Instant starts, int capacity, String more) {
        return schedule.session(starts, capacity, NEEDS + more);
    }

    /** Books for a new person. */
    Reply book(String session, String organization, String more) {
        return schedule.book(session, schedule.person(), ", \"organization_id\": \"%s\"%s".formatted(organization, more));
    }

    /** Books for a new person, who waits if there is no place, and returns the booking's id. */
    String booked(String session, String organization) {
        return book(session, organization, ", \"waitlist\": true").expect(201).at("/id");
    }

    /** The classes that an organization has used in all weeks. */
    long used(String organization) {
        try {
            return Long.parseLong(schedule.tenant.found("""
                    select coalesce(sum(u.quantity), 0) from runtime.usage_quarters u join runtime.pools p on (p.tenant_id, p.id) = (u.tenant_id, u.pool_id)
                    where p.organization_id = ?""", TypeIds.parse("org", organization)).getFirst());
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The classes that an organization has used in the week of a day, as the API shows it. */
    String used(String organization, LocalDate day) {
        return all.get("/api/v1/runtime/organizations/%s/usage?resource_key=gym.classes&granularity=week&from_on=%s&to_on=%s"
                .formatted(organization, day, day)).expect(200).at("/resources/0/total");
    }

    String state(String booking) {
        return schedule.state(booking);
    }

    /** The states of bookings, in their order. */
    String states(String... bookings) {
        return String.join(" ", List.of(bookings).stream().map(schedule::state).toList());
    }

    String booking(String id, String pointer) {
        return schedule.get("/bookings/" + id).expect(200).at(pointer);
    }
}
