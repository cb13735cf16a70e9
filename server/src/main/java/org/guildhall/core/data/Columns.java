package org.guildhall.core.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.UUID;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultDataType;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** What several stores need of columns. */
public final class Columns {

    private static final ObjectMapper JSON =
            new ObjectMapper(JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build());
    private static final ObjectReader TEXTS = JSON.readerFor(new TypeReference<TreeMap<String, String>>() {});
    private static final Field<Instant> NOW = DSL.field("platform.app_now()", SQLDataType.INSTANT);

    private static final Field<UUID> TENANT = DSL.field("platform.app_tenant()", SQLDataType.UUID);

    private static final Map<Class<?>, String> ELEMENTS = Map.of(
            String.class, "text", UUID.class, "uuid", Long.class, "int8", Integer.class, "int4", Boolean.class, "bool", Instant.class, "timestamptz",
            LocalDate.class, "date");

    private Columns() {}

    /** The database's time, as the statement sees it. */
    public static Field<Instant> now() {
        return NOW;
    }

    /** The tenant of the transaction, for the rare statement that policies alone don't lead to an index. */
    public static Field<UUID> tenant() {
        return TENANT;
    }

    /**
     * Many values as one parameter, so that a statement's text doesn't depend on how many there are. It travels as text and is cast where it
     * arrives: of an array the driver would ask the server for the type, in a round trip of its own and apart from the tenant.
     *
     * @param type of each: String, UUID, Long, Integer, Boolean, Instant or LocalDate
     */
    public static <T> Field<T[]> array(Collection<? extends @Nullable T> values, Class<T> type) {
        var literal = new StringJoiner(",", "{", "}");
        values.forEach(value -> literal.add(value == null ? "NULL" : '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"'));
        return DSL.field("{0}::" + ELEMENTS.get(type) + "[]", DefaultDataType.getDataType(SQLDialect.POSTGRES, type).array(), DSL.val(literal.toString()));
    }

    /** Texts by name as a column holds them. */
    public static JSONB jsonb(Map<String, String> texts) {
        return written(texts);
    }

    /** Rows as one parameter, each with the texts of its columns by their names. */
    public static JSONB rows(List<Map<String, String>> rows) {
        return written(rows);
    }

    private static JSONB written(Object what) {
        try {
            return JSONB.valueOf(JSON.writeValueAsString(what));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Texts by name out of a column, in the order of their names; empty for null. */
    public static Map<String, String> texts(@Nullable JSONB value) {
        if (value == null || value.data().equals("{}")) {
            return Map.of();
        }
        try {
            return TEXTS.readValue(value.data());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
