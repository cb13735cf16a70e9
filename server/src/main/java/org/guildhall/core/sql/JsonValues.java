package org.guildhall.core.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.util.List;
import org.jooq.JSONB;

/**
 * Rows that PostgreSQL aggregates into a JSON value, read into records. Names in JSON are those of the record's components, in snake case;
 * other names are ignored.
 */
public final class JsonValues {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private JsonValues() {}

    /** A reader of JSON objects. */
    public static ObjectReader reader(Class<?> type) {
        return JSON.readerFor(type);
    }

    /** A reader of JSON arrays of objects. */
    public static ObjectReader listReader(Class<?> type) {
        return JSON.readerFor(JSON.getTypeFactory().constructCollectionType(List.class, type));
    }

    /** Reads a value that PostgreSQL has written. */
    public static <T> T read(ObjectReader reader, JSONB value) {
        try {
            return reader.readValue(value.data());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
