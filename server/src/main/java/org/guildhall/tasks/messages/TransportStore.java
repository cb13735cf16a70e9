package org.guildhall.tasks.messages;

import static org.guildhall.core.sql.Columns.param;
import static org.guildhall.schema.tasks.Tables.TRANSPORTS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.select;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.Page;
import org.guildhall.core.data.Tx;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.sql.EffectiveDates;
import org.guildhall.core.sql.ListQuery;
import org.guildhall.core.sql.PageRequest;
import org.guildhall.core.sql.PreparedQuery;
import org.guildhall.core.sql.RowReader;
import org.guildhall.core.sql.TimeWindow;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Transports. Passwords are stored sealed. */
final class TransportStore {

    /**
     * A transport as stored.
     *
     * @param password sealed; null without a login
     * @param nextSlotAt the next free place within the rate
     */
    record Row(
            UUID id, @Nullable String externalId, String name, String channel, String kind, @Nullable Server server, @Nullable Endpoint endpoint, String senderAddress,
            @Nullable String senderName, int ratePerMinute, boolean isDefault, @Nullable UUID signalId, String state, Instant nextSlotAt, Instant createdAt, Instant updatedAt,
            long version) {

        boolean isPaused() {
            return state.equals("paused");
        }
    }

    /** A transport that was the default of its channel, before and after it lost that role. */
    record Replaced(Row before, Row after) {
    }

    /** A mail server. @param password sealed; null without a login */
    record Server(String host, int port, String tls, @Nullable String user, byte @Nullable [] password) {}

    /** An HTTP endpoint. @param secret sealed */
    record Endpoint(String url, byte[] secret) {}

    /** The members of a transport that a caller can set. Exactly one of server and endpoint is given. */
    record Values(
            @Nullable String externalId, String name, @Nullable Server server, @Nullable Endpoint endpoint, String senderAddress, @Nullable String senderName, int ratePerMinute,
            boolean isDefault, @Nullable UUID signalId) {}

    /** The filters of a list; null for an absent one. */
    record Filter(@Nullable String externalId, @Nullable String state, TimeWindow created) {}

    static final List<Field<?>> COLUMNS = List.of(
            TRANSPORTS.ID, TRANSPORTS.EXTERNAL_ID, TRANSPORTS.NAME, TRANSPORTS.CHANNEL, TRANSPORTS.KIND, TRANSPORTS.HOST, TRANSPORTS.PORT,
            TRANSPORTS.TLS, TRANSPORTS.USER_NAME, TRANSPORTS.PASSWORD, TRANSPORTS.URL, TRANSPORTS.SECRET, TRANSPORTS.SENDER_ADDRESS, TRANSPORTS.SENDER_NAME,
            TRANSPORTS.RATE_PER_MINUTE, TRANSPORTS.IS_DEFAULT, TRANSPORTS.SIGNAL_ID, TRANSPORTS.STATE, TRANSPORTS.NEXT_SLOT_AT, TRANSPORTS.CREATED_AT,
            TRANSPORTS.UPDATED_AT, TRANSPORTS.VERSION);
    private static final Condition BY_ID = TRANSPORTS.ID.eq(param(TRANSPORTS.ID));

    private static final PreparedQuery<Row> INSERT = PreparedQuery.of(
            insertInto(TRANSPORTS)
                    .set(TRANSPORTS.ID, param(TRANSPORTS.ID))
                    .set(TRANSPORTS.EXTERNAL_ID, param(TRANSPORTS.EXTERNAL_ID))
                    .set(TRANSPORTS.NAME, param(TRANSPORTS.NAME))
                    .set(TRANSPORTS.CHANNEL, inline("email"))
                    .set(TRANSPORTS.KIND, param(TRANSPORTS.KIND))
                    .set(TRANSPORTS.HOST, param(TRANSPORTS.HOST))
                    .set(TRANSPORTS.PORT, param(TRANSPORTS.PORT))
                    .set(TRANSPORTS.TLS, param(TRANSPORTS.TLS))
                    .set(TRANSPORTS.USER_NAME, param(TRANSPORTS.USER_NAME))
                    .set(TRANSPORTS.PASSWORD, param(TRANSPORTS.PASSWORD))
                    .set(TRANSPORTS.URL, param(TRANSPORTS.URL))
                    .set(TRANSPORTS.SECRET, param(TRANSPORTS.SECRET))
                    .set(TRANSPORTS.SENDER_ADDRESS, param(TRANSPORTS.SENDER_ADDRESS))
                    .set(TRANSPORTS.SENDER_NAME, param(TRANSPORTS.SENDER_NAME))
                    .set(TRANSPORTS.RATE_PER_MINUTE, param(TRANSPORTS.RATE_PER_MINUTE))
                    .set(TRANSPORTS.IS_DEFAULT, param(TRANSPORTS.IS_DEFAULT))
                    .set(TRANSPORTS.SIGNAL_ID, param(TRANSPORTS.SIGNAL_ID))
                    .returningResult(COLUMNS),
            TransportStore::row);
    private static final PreparedQuery<Row> GET = PreparedQuery.of(select(COLUMNS).from(TRANSPORTS).where(BY_ID), TransportStore::row);
    private static final PreparedQuery<Row> GET_DEFAULT = PreparedQuery.of(
            select(COLUMNS).from(TRANSPORTS).where(TRANSPORTS.CHANNEL.eq(param(TRANSPORTS.CHANNEL))).and(TRANSPORTS.IS_DEFAULT), TransportStore::row);
    private static final PreparedQuery<Row> LOCK =
            PreparedQuery.of(select(COLUMNS).from(TRANSPORTS).where(BY_ID).forNoKeyUpdate(), TransportStore::row);
    private static final PreparedQuery<Row> LOCK_OTHER_DEFAULT = PreparedQuery.of(
            select(COLUMNS)
                    .from(TRANSPORTS)
                    .where(TRANSPORTS.CHANNEL.eq(param(TRANSPORTS.CHANNEL)))
                    .and(TRANSPORTS.IS_DEFAULT)
                    .and(TRANSPORTS.ID.ne(param(TRANSPORTS.ID)))
                    .forNoKeyUpdate(),
            TransportStore::row);
    private static final PreparedQuery<Row> NO_DEFAULT = PreparedQuery.of(
            DSL.update(TRANSPORTS)
                    .set(TRANSPORTS.IS_DEFAULT, inline(false))
                    .set(TRANSPORTS.UPDATED_AT, EffectiveDates.touched(TRANSPORTS.UPDATED_AT))
                    .set(TRANSPORTS.VERSION, TRANSPORTS.VERSION.plus(inline(1)))
                    .where(TRANSPORTS.CHANNEL.eq(param(TRANSPORTS.CHANNEL)))
                    .and(TRANSPORTS.IS_DEFAULT)
                    .and(TRANSPORTS.ID.ne(param(TRANSPORTS.ID)))
                    .returningResult(COLUMNS),
            TransportStore::row);
    private static final PreparedQuery<Row> UPDATE = PreparedQuery.of(
            DSL.update(TRANSPORTS)
                    .set(TRANSPORTS.EXTERNAL_ID, param(TRANSPORTS.EXTERNAL_ID))
                    .set(TRANSPORTS.NAME, param(TRANSPORTS.NAME))
                    .set(TRANSPORTS.HOST, param(TRANSPORTS.HOST))
                    .set(TRANSPORTS.PORT, param(TRANSPORTS.PORT))
                    .set(TRANSPORTS.TLS, param(TRANSPORTS.TLS))
                    .set(TRANSPORTS.USER_NAME, param(TRANSPORTS.USER_NAME))
                    .set(TRANSPORTS.PASSWORD, param(TRANSPORTS.PASSWORD))
                    .set(TRANSPORTS.URL, param(TRANSPORTS.URL))
                    .set(TRANSPORTS.SECRET, param(TRANSPORTS.SECRET))
                    .set(TRANSPORTS.SENDER_ADDRESS, param(TRANSPORTS.SENDER_ADDRESS))
                    .set(TRANSPORTS.SENDER_NAME, param(TRANSPORTS.SENDER_NAME))
                    .set(TRANSPORTS.RATE_PER_MINUTE, param(TRANSPORTS.RATE_PER_MINUTE))
                    .set(TRANSPORTS.IS_DEFAULT, param(TRANSPORTS.IS_DEFAULT))
                    .set(TRANSPORTS.SIGNAL_ID, param(TRANSPORTS.SIGNAL_ID))
                    .set(TRANSPORTS.UPDATED_AT, EffectiveDates.touched(TRANSPORTS.UPDATED_AT))
                    .set(TRANSPORTS.VERSION, TRANSPORTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TransportStore::row);
    private static final PreparedQuery<Row> CHANGE_STATE = PreparedQuery.of(
            DSL.update(TRANSPORTS)
                    .set(TRANSPORTS.STATE, param(TRANSPORTS.STATE))
                    .set(TRANSPORTS.UPDATED_AT, EffectiveDates.touched(TRANSPORTS.UPDATED_AT))
                    .set(TRANSPORTS.VERSION, TRANSPORTS.VERSION.plus(inline(1)))
                    .where(BY_ID)
                    .returningResult(COLUMNS),
            TransportStore::row);
    private static final PreparedQuery<UUID> OF_SIGNAL = PreparedQuery.ofValue(
            select(TRANSPORTS.ID).from(TRANSPORTS).where(TRANSPORTS.SIGNAL_ID.eq(param(TRANSPORTS.SIGNAL_ID))).orderBy(TRANSPORTS.ID));
    private static final ListQuery<Filter, Row> LIST = ListQuery.of(
            Map.of("created_at", TRANSPORTS.CREATED_AT),
            TRANSPORTS.ID,
            by -> select(COLUMNS)
                    .from(TRANSPORTS)
                    .where(by.is(TRANSPORTS.EXTERNAL_ID, Filter::externalId))
                    .and(by.oneOf(TRANSPORTS.STATE, Filter::state))
                    .and(by.within(TRANSPORTS.CREATED_AT, Filter::created)),
            TransportStore::row);

    Row insert(Tx tx, UUID id, Values values) {
        var server = values.server();
        var endpoint = values.endpoint();
        return INSERT.single(tx,
                id, values.externalId(), values.name(), server == null ? "http" : "smtp", server == null ? null : server.host(),
                server == null ? null : server.port(), server == null ? null : server.tls(), server == null ? null : server.user(),
                server == null ? null : server.password(), endpoint == null ? null : endpoint.url(), endpoint == null ? null : endpoint.secret(),
                values.senderAddress(), values.senderName(), values.ratePerMinute(), values.isDefault(), values.signalId());
    }

    @Nullable Row get(Tx tx, UUID id) {
        return GET.one(tx, id);
    }

    /** Adds the read of a transport, or of the default transport if the id is null. */
    Supplier<@Nullable Row> get(Batch batch, @Nullable UUID id, String channel) {
        return id == null ? batch.one(GET_DEFAULT, channel) : batch.one(GET, id);
    }

    /** Locks the transport until the transaction ends. */
    @Nullable Row lock(Tx tx, UUID id) {
        return LOCK.one(tx, id);
    }

    Page<Row> list(Tx tx, PageRequest page, Filter filter) {
        return LIST.page(tx, page, filter);
    }

    /** Ends the role of the channel's default transport, unless it is this one; null if there is no other. */
    @Nullable Replaced endDefault(Tx tx, String channel, UUID except) {
        var batch = new Batch();
        var before = batch.one(LOCK_OTHER_DEFAULT, channel, except);
        var after = batch.one(NO_DEFAULT, channel, except);
        batch.send(tx);
        var found = before.get();
        var changed = after.get();
        return found == null || changed == null ? null : new Replaced(found, changed);
    }

    Row update(Tx tx, UUID id, Values values) {
        var server = values.server();
        var endpoint = values.endpoint();
        return UPDATE.single(tx,
                values.externalId(), values.name(), server == null ? null : server.host(), server == null ? null : server.port(),
                server == null ? null : server.tls(), server == null ? null : server.user(), server == null ? null : server.password(),
                endpoint == null ? null : endpoint.url(), endpoint == null ? null : endpoint.secret(), values.senderAddress(), values.senderName(),
                values.ratePerMinute(), values.isDefault(), values.signalId(), id);
    }

    /** Adds the read of the transports that name a signal. */
    Supplier<List<UUID>> ofSignal(Batch batch, UUID signalId) {
        return batch.all(OF_SIGNAL, signalId);
    }

    Row changeState(Tx tx, UUID id, String state) {
        return CHANGE_STATE.single(tx, state, id);
    }

    static Row row(RowReader cells) {
        return new Row(
                cells.get(TRANSPORTS.ID), cells.get(TRANSPORTS.EXTERNAL_ID), cells.get(TRANSPORTS.NAME), cells.get(TRANSPORTS.CHANNEL),
                cells.get(TRANSPORTS.KIND),
                server(cells), endpoint(cells),
                cells.get(TRANSPORTS.SENDER_ADDRESS), cells.get(TRANSPORTS.SENDER_NAME), cells.get(TRANSPORTS.RATE_PER_MINUTE),
                cells.get(TRANSPORTS.IS_DEFAULT), cells.get(TRANSPORTS.SIGNAL_ID), cells.get(TRANSPORTS.STATE), cells.get(TRANSPORTS.NEXT_SLOT_AT),
                cells.get(TRANSPORTS.CREATED_AT), cells.get(TRANSPORTS.UPDATED_AT), cells.get(TRANSPORTS.VERSION));
    }

    private static @Nullable Server server(RowReader cells) {
        var host = cells.get(TRANSPORTS.HOST);
        return host == null
                ? null
                : new Server(
                        host, cells.get(TRANSPORTS.PORT), cells.get(TRANSPORTS.TLS), cells.get(TRANSPORTS.USER_NAME), cells.get(TRANSPORTS.PASSWORD));
    }

    private static @Nullable Endpoint endpoint(RowReader cells) {
        var url = cells.get(TRANSPORTS.URL);
        return url == null ? null : new Endpoint(url, cells.get(TRANSPORTS.SECRET));
    }
}
