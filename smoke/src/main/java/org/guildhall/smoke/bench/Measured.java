package org.guildhall.smoke.bench;

import java.util.Arrays;
import java.util.List;

/** The measured paths, by their name in options and reports. */
enum Measured {
    CONSTANT("a", "a handler that returns a constant"),
    SELECT("b", "a handler with one plain-JDBC select by primary key"),
    READ("c", "one product, through everything"),
    INSERTS("d", "a handler that writes a create's rows, one statement after the other"),
    CREATE("e", "a product created with a key, through everything"),
    PAGE_1("f1", "page 1 of the list of products, through everything"),
    PAGE_1000("f1000", "page 1,000 of the same list, through everything"),
    GRANT("grant", "a grant off the ladders, with a key"),
    GRANT_BARE("grant-bare", "a handler that writes a grant's rows, one by one"),
    GRANT_JOINED("grant-joined", "a handler that writes a grant's rows in one trip"),
    TRIAL("trial", "a trial on a ladder, with a key"),
    TRANSITION("transition", "an upgrade or a downgrade, with a key"),
    TRANSITION_BARE("transition-bare", "a handler that writes a transition's rows, one by one"),
    TRANSITION_JOINED("transition-joined", "a handler that writes a transition's rows in one trip"),
    PERSON("person", "a person with all that belongs to it, with a key"),
    PERSON_BARE("person-bare", "a handler that writes a person's rows, one by one"),
    PERSON_JOINED("person-joined", "a handler that writes a person's rows in one trip"),
    USAGE("usage", "a report of 10 usage events, with a key"),
    USAGE_BARE("usage-bare", "a handler that writes a report's rows, one by one"),
    USAGE_JOINED("usage-joined", "a handler that writes a report's rows in one trip"),
    CHECK("check", "an entitlement check"),
    CHECK_BARE("check-bare", "a handler that reads a check's rows, one select after the other"),
    CHECK_JOINED("check-joined", "a handler that reads a check's rows in one trip"),
    OVERVIEW("overview", "the overview of an organization"),
    OVERVIEW_BARE("overview-bare", "a handler that reads an overview's rows, one select after the other"),
    OVERVIEW_304("overview304", "an unchanged overview, with If-None-Match"),
    GRANTS_1("grants1", "page 1 of the list of grants"),
    GRANTS_1000("grants1000", "page 1,000 of the same list"),
    REPLAY("replay", "the repeated key of a create"),
    WEBHOOK("webhook", "a signed event of a new invoice, for one of 200 customers"),
    BOOK("book", "a booking of one of 100 sessions in turn, with a key"),
    BOOK_BARE("book-bare", "a handler that locks a session, counts its bookings, inserts one"),
    BOOK_HOT("book-hot", "a booking of the session that all callers book, with a key");

    /** The paths of a quick run. */
    static final List<Measured> QUICK = List.of(
            CONSTANT, SELECT, READ, INSERTS, CREATE, PAGE_1, PAGE_1000, GRANT, GRANT_BARE, TRANSITION, TRANSITION_BARE, PERSON, OVERVIEW);

    private final String key;
    private final String what;

    Measured(String key, String what) {
        this.key = key;
        this.what = what;
    }

    String key() {
        return key;
    }

    String what() {
        return what;
    }

    static Measured of(String key) {
        for (var path : values()) {
            if (path.key.equals(key)) {
                return path;
            }
        }
        throw new IllegalArgumentException("there is no path " + key + "; there are " + keys(", "));
    }

    /** The names of all paths. */
    static String keys(String separator) {
        return String.join(separator, Arrays.stream(values()).map(Measured::key).toList());
    }
}
