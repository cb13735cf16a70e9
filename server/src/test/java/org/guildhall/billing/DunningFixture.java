package org.guildhall.billing;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.guildhall.Http;
import org.guildhall.TestClock;
import org.guildhall.TestServer;
import org.guildhall.billing.BillingModule.ProviderUrls;
import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.external.ExternalCalls;
import org.guildhall.core.http.Api;
import org.guildhall.core.json.EntityIds;
import org.guildhall.core.json.Spec;
import org.guildhall.core.outbound.Outbound;
import org.guildhall.core.outbound.OutgoingAddresses;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.platform.PlatformModule;
import org.guildhall.runtime.RuntimeModule;
import org.guildhall.runtime.plans.PlanFixture;
import org.guildhall.tasks.Tasks;
import org.guildhall.tasks.TasksModule;
import org.jspecify.annotations.Nullable;

/** The fixture of the tests of dunning: a member who pays for the plan Standard, events of Stripe, and runs of the job by hand at any instant. */
public final class DunningFixture {

    public static final String BASE = "/api/v1/billing/dunning-";
    private static final Outbound OUTBOUND = Outbound.open(new OutgoingAddresses(List.of()));

    public final PlanFixture plans = new PlanFixture(TestServer.withoutScheduler());
    public final Http http = plans.http;
    /** The degraded signals that the job sees. */
    public final List<Tasks.ProviderSignal> degraded = new ArrayList<>();
    public final String organization;
    private final Tasks.Job job;
    private final StripeSender stripe;
    private final long now = Instant.now().getEpochSecond();
    private int events;

    public DunningFixture() {
        var db = plans.tenant.server().db();
        var keys = Keys.parse(TestServer.KEYS);
        var queue = new TaskQueue(db, 1, any -> true);
        var spec = new Spec();
        var platform = new PlatformModule(db, db);
        var runtime = new RuntimeModule(db, db, keys, platform.door(), spec, queue);
        Tasks.ProviderStates providers = (tx, lanes, ids) -> List.copyOf(degraded);
        var tasks = new TasksModule(db, queue, keys, new EntityIds(spec.prefixes()), runtime.door()::email, OUTBOUND, "http://localhost");
        tasks.bind(new Api(new ExternalCalls(queue, db)), List.of(), providers);
        var billing = new BillingModule(db, db, queue, keys, platform.door(), runtime.door(), tasks.door(), providers, "http://localhost", ProviderUrls.LIVE);
        this.job = billing.jobs().stream().filter(offered -> offered.name().equals("dunning")).findFirst().orElseThrow();
        var connection = http.post("/api/v1/billing/connections", """
                {"name": "Stripe", "provider": "stripe", "livemode": true, "secret": "%s"}""".formatted(StripeSender.SECRET)).expect(201);
        this.stripe = new StripeSender(new Http(plans.tenant.server(), null), String.valueOf(connection.at("/id")), StripeSender.SECRET);
        http.patch("/api/v1/catalog/products/" + plans.product(plans.standard), "{\"provider_references\": {\"stripe\": \"prod_standard\"}}").expect(200);
        this.organization = plans.organization();
    }

    /** Makes a default transport, whose messages don't leave the server. */
    public void transport() {
        http.post("/api/v1/tasks/transports", """
                {"name": "T", "smtp": {"host": "smtp.mail.example", "user": "u", "password": "p"}, "sender": {"address": "club@mail.example"},
                 "is_default": true}""").expect(201);
    }

    /** Creates the default policy. @param more members after a comma */
    public String policy(String steps, String more) {
        return Objects.requireNonNull(http.post(BASE + "policies", "{\"name\": \"Members\", \"is_default\": true, \"steps\": [" + steps + "]" + more + "}").expect(201).at("/id"));
    }

    /** Messages after one and seven days, and the suspension after fourteen. */
    public String policy(String more) {
        return policy("""
                {"after_days": 1, "action": "message"}, {"after_days": 7, "action": "message"}, {"after_days": 14, "action": "suspend"}""", more);
    }

    /** The member and the subscription, which pays for Standard. @param email null for a member without an address */
    public void subscription(@Nullable String email) {
        send("customer.created", 0, StripeBodies.object(
                "id", "cus_harbour", "object", "customer", "name", "Alex Chen", "email", email, "metadata",
                Map.of("guildhall_organization_id", organization)));
        subscription("active", 1);
    }

    /** The subscription in a state. */
    public void subscription(String status, int second) {
        send("customer.subscription." + (status.equals("canceled") ? "deleted" : "updated"), second, StripeBodies.object(
                "id", "sub_harbour", "object", "subscription", "customer", "cus_harbour", "status", status, "start_date", now, "items",
                Map.of("data", List.of(Map.of(
                        "id", "si_harbour", "quantity", 1,
                        "price", Map.of("id", "price_harbour", "product", "prod_standard", "unit_amount", 12_900, "currency", "aud"))))));
    }

    /** An invoice of the subscription. */
    public void invoice(String id, String type, String status, int attempts, int second) {
        stripe.send(event(id, type, status, attempts, second)).expect(200);
    }

    /** The event of an invoice, unsent. */
    public String event(String id, String type, String status, int attempts, int second) {
        return StripeSender.event("evt_" + second + "_" + id + type, "invoice." + type, now + second,
                StripeBodies.with(StripeBodies.invoice(id, status), "attempt_count", attempts));
    }

    public void send(String body) {
        stripe.send(body).expect(200);
    }

    private void send(String type, int second, Map<String, ?> object) {
        stripe.send(StripeSender.event("evt_" + ++events, type, now + second, object)).expect(200);
    }

    /** Runs the job some days from now. */
    public Run runAfter(Duration later) throws SQLException {
        return runAt(Instant.now().plus(later));
    }

    public Run runAt(Instant at) throws SQLException {
        try (var _ = new TestClock(plans.tenant.server(), at)) {
            return run();
        }
    }

    /** What a run has counted and logged. */
    public record Run(long seen, long changed, List<String> words) {}

    /** Runs the job. */
    public Run run() {
        String from = null;
        long seen = 0;
        long changed = 0;
        var words = new ArrayList<String>();
        do {
            var at = from;
            var step = new JobTransactions(plans.tenant.server().db()).runAll(plans.tenant.id(), (tx, changes) -> job.work().step(tx, changes, at));
            seen += step.seen();
            changed += step.changed();
            words.addAll(step.words());
            from = step.next();
        } while (from != null);
        return new Run(seen, changed, words);
    }

    /** The cases, the oldest first: state, reason of a hold or drop, and the next position. */
    public List<String> cases() {
        var cases = new ArrayList<String>();
        http.get(BASE + "cases?sort=created_at").expect(200).json().get("data").forEach(one -> cases.add(
                one.get("state").asText() + " " + one.get("held_reason").asText("") + one.get("drop_reason").asText("") + " " + one.get("next_position").asText("-")));
        return cases;
    }

    /** The id of the only case. */
    public String onlyCase() {
        return Objects.requireNonNull(http.get(BASE + "cases").expect(200).at("/data/0/id"));
    }

    /** The attempts, the oldest first: position, action and state. */
    public List<String> attempts() {
        var attempts = new ArrayList<String>();
        http.get(BASE + "attempts?sort=created_at").expect(200).json().get("data").forEach(one -> attempts.add(
                one.get("position").asText() + " " + one.get("action").asText() + " " + one.get("state").asText()));
        return attempts;
    }

    /** The plan of the organization. */
    public String plan() {
        return plans.plans(organization);
    }
}
