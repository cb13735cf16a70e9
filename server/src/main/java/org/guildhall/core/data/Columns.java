package org.guildhall.core.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** What several stores need of columns. */
public final class Columns {

    private static final ObjectMapper JSON =
            new ObjectMapper(JsonFactory.builder().recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build());
    private static final ObjectReader TEXTS = JSON.readerFor(new TypeReference<TreeMap<String, String>>() {});
    private static final Field<Instant> NOW = DSL.field("platform.app_now()", SQLDataType.INSTANT);

    private static final Field<UUID> TENANT = DSL.field("platform.app_tenant()", SQLDataType.UUID);

    private Columns() {}

    /** The database's time, as the statement sees it. */
    public static Field<Instant> now() {
        return NOW;
    }

    /** The tenant of the transaction, for the rare statement that policies alone don't lead to an index. */
    public static Field<UUID> tenant() {
        return TENANT;
    }

    /** Texts by name as a column holds them. */
    public static JSONB jsonb(Map<String, String> texts) {
        try {
            return JSONB.valueOf(JSON.writeValueAsString(texts));
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
