package org.guildhall.core.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.lang.reflect.Array;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Select;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Rows of a query as one value, so that a joined read can have them. A row is read by the columns of the query, as from the query itself.
 * Columns can be texts, numbers, truth values, instants, UUIDs, JSON and arrays of these.
 */
public final class JsonCells {

    private static final ObjectMapper JSON = new ObjectMapper();

    private JsonCells() {}

    /** The rows of a query, in its order by the columns {@code created_at} and {@code id}, both descending. */
    public static Field<JSONB> newestFirst(Select<?> query, String name) {
        return DSL.field("(select coalesce(jsonb_agg(to_jsonb(v) order by v.created_at desc, v.id desc), '[]') from ({0}) v)", JSONB.class, query).as(name);
    }

    /** Reads the rows. */
    public static <T> List<T> read(JSONB rows, Function<RowReader, T> row) {
        try {
            var read = new ArrayList<T>();
            JSON.readTree(rows.data()).forEach(node -> read.add(row.apply(cells(node))));
            return read;
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static RowReader cells(JsonNode row) {
        return new RowReader() {
            @Override
            @SuppressWarnings("unchecked") // the value has the column's type
            public <T> T get(Field<T> column) {
                return (T) value(row.get(column.getName()), column.getType());
            }
        };
    }

    private static @Nullable Object value(@Nullable JsonNode cell, Class<?> type) {
        if (cell == null || cell.isNull()) {
            return null;
        }
        if (type == JSONB.class) {
            return JSONB.valueOf(cell.toString());
        }
        if (type.isArray()) {
            var values = Array.newInstance(type.getComponentType(), cell.size());
            for (int at = 0; at < cell.size(); at++) {
                Array.set(values, at, value(cell.get(at), type.getComponentType()));
            }
            return values;
        }
        return switch (type.getSimpleName()) {
            case "String" -> cell.asText();
            case "UUID" -> UUID.fromString(cell.asText());
            case "Instant" -> instant(cell.asText());
            case "Long" -> cell.asLong();
            case "Integer" -> cell.asInt();
            case "Boolean" -> cell.asBoolean();
            default -> throw new IllegalStateException("no row of JSON has columns of " + type);
        };
    }

    private static Instant instant(String text) {
        return OffsetDateTime.parse(text).toInstant();
    }
}
