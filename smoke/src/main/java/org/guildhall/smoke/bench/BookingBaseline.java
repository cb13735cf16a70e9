package org.guildhall.smoke.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.sql.SQLException;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.guildhall.core.data.Ids;
import org.guildhall.core.json.Json;

/**
 * The baseline of bookings: it locks the session, counts the bookings with a place, and inserts one. It decides nothing by the count, and writes neither
 * an idempotency key nor an audit event.
 */
final class BookingBaseline {

    private static final UUID CLUB = BenchData.CLUB;
    private static final int REFERENCE_CHARACTERS = 8;
    private static final int REFERENCE_BASE = 32;
    private static final int CODE_BYTES = 32;

    private final HikariDataSource pool;

    BookingBaseline(HikariDataSource pool) {
        this.pool = pool;
    }

    void bind(RoutesConfig routes) {
        routes.post("/baseline/book/{session}/{person}", this::book);
    }

    private void book(Context context) throws SQLException {
        var session = UUID.fromString(context.pathParam("session"));
        var person = UUID.fromString(context.pathParam("person"));
        var code = new byte[CODE_BYTES];
        ThreadLocalRandom.current().nextBytes(code);
        var rows = Statements.ofWrites()
                .add("select starts_at, ends_at, capacity from schedule.sessions where tenant_id = ? and id = ? for update", CLUB, session)
                .add("""
                        select count(*) from schedule.bookings where tenant_id = ? and session_id = ?
                          and state in ('held', 'booked', 'offered', 'attended', 'no_show')""", CLUB, session)
                .add("""
                        insert into schedule.bookings (tenant_id, id, session_id, person_id, state, booked_at, reference, code_hmac, starts_at, ends_at)
                        select tenant_id, ?, id, ?, 'booked', now(), ?, ?, starts_at, ends_at from schedule.sessions where tenant_id = ? and id = ?
                        returning id, session_id, person_id, state, booked_at, reference, starts_at, ends_at, created_at, updated_at, version""",
                        Ids.next(), person, reference(), code, CLUB, session)
                .run(pool, false);
        context.status(201).contentType("application/json").result(Json.bytes(rows));
    }

    /** A random reference of the characters that references have. */
    private static String reference() {
        var digits = Long.toString(ThreadLocalRandom.current().nextLong(1L << 40), REFERENCE_BASE);
        var text = ("0".repeat(REFERENCE_CHARACTERS - digits.length()) + digits).toUpperCase(Locale.ROOT);
        return text.replace('0', 'W').replace('1', 'X').replace('I', 'Y').replace('O', 'Z');
    }
}
