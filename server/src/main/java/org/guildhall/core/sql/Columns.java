package org.guildhall.core.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Column expressions and conversions that several stores share. */
public final class Columns {

    private static final ObjectMapper JSON =
            new ObjectMapper(JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build());
    private static final ObjectReader TEXTS = JSON.readerFor(new TypeReference<TreeMap<String, String>>() {});
    private static final Field<Instant> NOW = DSL.field("platform.app_now()", SQLDataType.INSTANT);

    private static final Field<UUID> TENANT = DSL.field("platform.app_tenant()", SQLDataType.UUID);

    private Columns() {}

    /** The database's time within the statement. */
    public static Field<Instant> now() {
        return NOW;
    }

    /** A parameter with a column's name and type. */
    public static <T> Param<T> param(Field<T> column) {
        return DSL.param(column.getName(), column.getDataType());
    }

    /** Assigns to each column a parameter of its name, for an insert and the update of the same columns. */
    public static Map<Field<?>, Field<?>> assigned(Field<?>... columns) {
        var assigned = new LinkedHashMap<Field<?>, Field<?>>();
        for (var column : columns) {
            assigned.put(column, param(column));
        }
        return assigned;
    }

    /** The columns of a read: some that are also written, and more. */
    public static List<Field<?>> with(Field<?>[] written, Field<?>... more) {
        return Stream.concat(Stream.of(written), Stream.of(more)).toList();
    }

    /**
     * An array parameter. It takes a collection, which is sent as text and cast in the statement: for an array the driver would ask the server for its
     * type, in an extra round trip without the tenant.
     */
    public static <T> Param<T[]> params(String name, DataType<T> element) {
        return DSL.param(name, element.getArrayDataType());
    }

    /** The transaction's tenant, for the few statements whose row-level policy alone doesn't lead to an index. */
    public static Field<UUID> tenant() {
        return TENANT;
    }

    /** The text of an array with these elements. */
    static String literal(Collection<?> values) {
        var literal = new StringJoiner(",", "{", "}");
        values.forEach(value -> literal.add(value == null ? "NULL" : '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"'));
        return literal.toString();
    }

    /** A map of texts as a jsonb value. */
    public static JSONB jsonb(Map<String, String> texts) {
        return written(texts);
    }

    /** Rows as one jsonb parameter; each row maps column names to texts. */
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

    /** The map of texts in a jsonb column, sorted by name; empty for null. */
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
