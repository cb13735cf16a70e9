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
 * Reads records from JSON that a statement builds, for parts of a row that are rows of another table. Members are in snake case; instants
 * have the form in which PostgreSQL writes them, with microseconds. Other members are ignored.
 */
public final class JsonReader<T> {

    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final ObjectReader reader;

    private JsonReader(ObjectReader reader) {
        this.reader = reader;
    }

    /** Reads one object. */
    public static <T> JsonReader<T> of(Class<T> type) {
        return new JsonReader<>(JSON.readerFor(type));
    }

    /** Reads an array of objects. */
    public static <T> JsonReader<List<T>> ofList(Class<T> element) {
        return new JsonReader<>(JSON.readerForListOf(element));
    }

    public T read(JSONB json) {
        try {
            return reader.readValue(json.data());
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
