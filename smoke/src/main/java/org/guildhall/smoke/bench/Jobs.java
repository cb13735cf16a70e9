package org.guildhall.smoke.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.guildhall.smoke.bench.BenchData.Organization;
import org.guildhall.smoke.bench.Load.Request;
import org.guildhall.smoke.bench.Load.Requests;

/**
 * The requests of each path. One instance serves all servers of a run, since it remembers the plan of every organization that it moves.
 * Concurrent callers get different organizations, so that none waits for another one's pool.
 */
final class Jobs {

    private static final int PAGES = 1_000;
    private static final int REPLAYED_KEYS = 128;
    private static final String PRODUCTS = Api.BASE + "/catalog/products";
    private static final String RUNTIME = Api.BASE + "/runtime";
    private static final String NEW_PRODUCT = """
            {"name": "Kettlebell course", "description": "Six evenings in small groups", "product_type": "one_time", "metadata": {"audience": "members"}}""";

    /** The tokens of the tenants: the one that is read, the one that creates products, the one with organizations. */
    record Tokens(String reader, String writer, String club) {}

    private final Tokens tokens;
    private final SampleOrganization sample;
    private final Map<Measured, Requests> requests = new EnumMap<>(Measured.class);
    private final List<Organization> organizations;
    private final String run = "bench-" + System.nanoTime() + "-";
    private final AtomicLong keys = new AtomicLong();

    /** Organizations in turn. A longer list than there are connections never gives one organization to two callers at once. */
    private static final class Turns<T> {

        private final List<T> all;
        private final AtomicLong next = new AtomicLong();

        Turns(List<T> all) {
            this.all = all;
        }

        /** @param round the number of earlier turns of the item */
        record Turn<T>(T item, long round) {}

        Turn<T> next() {
            long at = next.getAndIncrement();
            return new Turn<>(all.get((int) (at % all.size())), at / all.size());
        }
    }

    Jobs(Tokens tokens, SampleOrganization sample, List<String> products, List<Organization> organizations, List<Organization> personal) {
        this.tokens = tokens;
        this.sample = sample;
        this.organizations = organizations;
        products(new Turns<>(products));
        // Parts of their own: what moves plans or adds grants changes what a check or an overview reads.
        var parts = new Parts(organizations);
        reads(parts.next(2), parts.next(1));
        grants(parts.next(2), personal);
        transitions(parts);
        persons();
        usage(parts.next(1));
        replay();
    }

    /** Cuts a list into tenths. */
    private static final class Parts {

        private final List<Organization> all;
        private int tenths;

        Parts(List<Organization> all) {
            this.all = all;
        }

        List<Organization> next(int count) {
            int from = all.size() * tenths / 10;
            tenths += count;
            return all.subList(from, all.size() * tenths / 10);
        }
    }

    Requests of(Measured path) {
        return requests.get(path);
    }

    /**
     * Finds the cursors of deep pages and the entity tags of overviews, uses the keys that are repeated, and makes the connection of webhooks and the
     * sessions that are booked, as far as the paths need them.
     */
    void prepare(Api api, List<Measured> paths, List<String> persons) throws IOException, InterruptedException {
        if (paths.contains(Measured.PAGE_1000)) {
            var deep = PRODUCTS + "?cursor=" + api.cursorOfPage(PAGES, "/catalog/products", tokens.reader);
            get(Measured.PAGE_1000, tokens.reader, () -> deep);
        }
        if (paths.contains(Measured.GRANTS_1000)) {
            var deep = RUNTIME + "/grants?cursor=" + api.cursorOfPage(PAGES, "/runtime/grants", tokens.club);
            get(Measured.GRANTS_1000, tokens.club, () -> deep);
        }
        if (paths.contains(Measured.OVERVIEW_304)) {
            tagged(api);
        }
        if (paths.contains(Measured.WEBHOOK)) {
            requests.put(Measured.WEBHOOK, WebhookSample.create(api, tokens.club, organizations).finalizedInvoices());
        }
        if (paths.contains(Measured.BOOK) || paths.contains(Measured.BOOK_HOT) || paths.contains(Measured.BOOK_BARE)) {
            bookings(BookingSample.create(api, tokens.club, persons));
        }
        if (paths.contains(Measured.REPLAY)) {
            for (int key = 0; key < REPLAYED_KEYS; key++) {
                api.send("POST", of(Measured.REPLAY).next().get());
            }
        }
    }

    private void products(Turns<String> ids) {
        requests.put(Measured.CONSTANT, new Requests("GET", () -> new Request("/baseline/constant", Map.of(), null)));
        requests.put(Measured.SELECT, new Requests("GET", () -> new Request("/baseline/products/" + ids.next().item, Map.of(), null)));
        get(Measured.READ, tokens.reader, () -> PRODUCTS + "/" + ids.next().item);
        requests.put(Measured.INSERTS, new Requests("POST", () -> bare("/baseline/products", NEW_PRODUCT)));
        post(Measured.CREATE, tokens.writer, () -> new String[] {PRODUCTS, NEW_PRODUCT});
        get(Measured.PAGE_1, tokens.reader, () -> PRODUCTS);
    }

    private void reads(List<Organization> overviews, List<Organization> checks) {
        var seen = new Turns<>(overviews);
        get(Measured.OVERVIEW, tokens.club, () -> overview(seen.next().item));
        requests.put(Measured.OVERVIEW_BARE, new Requests("GET", () -> new Request("/baseline/overview/" + seen.next().item.path(), Map.of(), null)));
        get(Measured.GRANTS_1, tokens.club, () -> RUNTIME + "/grants");
        var checked = new Turns<>(checks);
        var body = "{\"resource_key\": \"%s\", \"quantity\": 2}".formatted(SampleOrganization.STORAGE);
        requests.put(Measured.CHECK, new Requests("POST", () -> new Request(
                RUNTIME + "/organizations/" + checked.next().item.wireId() + "/entitlements/check", Api.writing(tokens.club), body)));
        bare(Measured.CHECK_BARE, Measured.CHECK_JOINED, "check", checked, body);
    }

    private static String overview(Organization organization) {
        return Api.BASE + "/overview/organizations/" + organization.wireId();
    }

    /** Reads some overviews and asks for the same ones again. */
    private void tagged(Api api) throws IOException, InterruptedException {
        var tagged = new java.util.ArrayList<Request>();
        for (int count = 0; count < REPLAYED_KEYS; count++) {
            var request = of(Measured.OVERVIEW).next().get();
            var tag = api.send("GET", request).headers().firstValue("ETag").orElseThrow();
            tagged.add(new Request(request.path(), Map.of("Authorization", "Bearer " + tokens.club, "If-None-Match", tag), null));
        }
        var turns = new Turns<>(tagged);
        requests.put(Measured.OVERVIEW_304, new Requests("GET", () -> turns.next().item));
    }

    private void grants(List<Organization> organizations, List<Organization> personal) {
        var granted = new Turns<>(organizations);
        post(Measured.GRANT, tokens.club, () -> new String[] {RUNTIME + "/grants", SampleOrganization.grant(granted.next().item.wireId(), sample.addon())});
        bare(Measured.GRANT_BARE, Measured.GRANT_JOINED, "grant", granted, SampleOrganization.grant(organizations.getFirst().wireId(), sample.addon()));
        // Each further trial of an organization is one of the next tier, since a plan of the same or a lower rank is refused.
        var tried = new Turns<>(personal);
        post(Measured.TRIAL, tokens.club, () -> {
            var turn = tried.next();
            if (turn.round + 1 >= sample.plans().size()) {
                throw new IllegalStateException("every organization has had every trial; measure for a shorter time");
            }
            return new String[] {RUNTIME + "/grants", SampleOrganization.trial(turn.item.wireId(), sample.plans().get((int) turn.round + 1))};
        });
    }

    private void transitions(Parts parts) {
        var moved = new Turns<>(parts.next(2));
        post(Measured.TRANSITION, tokens.club, () -> {
            var turn = moved.next();
            return new String[] {RUNTIME + "/organizations/" + turn.item.wireId() + "/transitions", transition(turn.round)};
        });
        requests.put(Measured.TRANSITION_BARE, moves(new Turns<>(parts.next(1)), "bare"));
        requests.put(Measured.TRANSITION_JOINED, moves(new Turns<>(parts.next(1)), "joined"));
    }

    private Requests moves(Turns<Organization> organizations, String form) {
        return new Requests("POST", () -> {
            var turn = organizations.next();
            return bare("/baseline/transition/" + form + "/" + turn.item.path() + "?up=" + (turn.round % 2 == 0), transition(turn.round));
        });
    }

    private String transition(long round) {
        return round % 2 == 0
                ? SampleOrganization.transition("upgrade", sample.tiers().get(1))
                : SampleOrganization.transition("downgrade", sample.tiers().getFirst());
    }

    private void persons() {
        var body = SampleOrganization.person("Mira Rossi");
        post(Measured.PERSON, tokens.club, () -> new String[] {RUNTIME + "/persons", body});
        requests.put(Measured.PERSON_BARE, new Requests("POST", () -> bare("/baseline/person/bare", body)));
        requests.put(Measured.PERSON_JOINED, new Requests("POST", () -> bare("/baseline/person/joined", body)));
    }

    private void usage(List<Organization> organizations) {
        var reported = new Turns<>(organizations);
        post(Measured.USAGE, tokens.club,
                () -> new String[] {RUNTIME + "/usage-reports", SampleOrganization.report(reported.next().item.wireId(), UUID.randomUUID().toString())});
        bare(Measured.USAGE_BARE, Measured.USAGE_JOINED, "usage", reported, SampleOrganization.report(organizations.getFirst().wireId(), "bare"));
    }

    private void bookings(BookingSample booked) {
        post(Measured.BOOK, tokens.club, () -> new String[] {BookingSample.BOOKINGS, booked.inTurn()});
        post(Measured.BOOK_HOT, tokens.club, () -> new String[] {BookingSample.BOOKINGS, booked.hot()});
        requests.put(Measured.BOOK_BARE, new Requests("POST", () -> bare(booked.bare(), "{}")));
    }

    private void replay() {
        var repeated = new AtomicLong();
        requests.put(Measured.REPLAY, new Requests("POST", () -> new Request(PRODUCTS, Map.of(
                "Authorization", "Bearer " + tokens.writer, "Content-Type", "application/json",
                "Idempotency-Key", run + "again-" + repeated.getAndIncrement() % REPLAYED_KEYS), NEW_PRODUCT)));
    }

    private void get(Measured path, String token, Supplier<String> url) {
        var headers = Api.reading(token);
        requests.put(path, new Requests("GET", () -> new Request(url.get(), headers, null)));
    }

    /** @param next returns the path and the body of the next request */
    private void post(Measured path, String token, Supplier<String[]> next) {
        requests.put(path, new Requests("POST", () -> {
            var request = next.get();
            return new Request(request[0], Map.of(
                    "Authorization", "Bearer " + token, "Content-Type", "application/json", "Idempotency-Key", run + keys.incrementAndGet()), request[1]);
        }));
    }

    private void bare(Measured bare, Measured joined, String job, Turns<Organization> organizations, String body) {
        requests.put(bare, new Requests("POST", () -> bare("/baseline/" + job + "/bare/" + organizations.next().item.path(), body)));
        requests.put(joined, new Requests("POST", () -> bare("/baseline/" + job + "/joined/" + organizations.next().item.path(), body)));
    }

    private Request bare(String path, String body) {
        return new Request(path, Map.of("Content-Type", "application/json", "Idempotency-Key", run + keys.incrementAndGet()), body);
    }
}
