package org.guildhall.core.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.guildhall.core.data.BoundStatement;
import org.guildhall.core.data.Db;
import org.jooq.Configuration;
import org.jooq.JSONB;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.conf.ParamType;
import org.jooq.conf.SettingsTools;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The text of a statement, rendered once by jOOQ, with the names and types of its parameters.
 *
 * <p>Parameters are {@link DSL#param(String, Class) named}. A name may be used several times; all other values must be inlined.
 */
final class StatementText {

    /** The beginning of a rendered parameter. It can't occur in a statement otherwise. */
    private static final String MARK = "\u00a7";
    private static final Pattern PARAMETER = Pattern.compile(MARK + "(\\w+)");
    private static final Configuration NAMED = Db.jooq().derive(
            SettingsTools.clone(Db.jooq().settings()).withRenderNamedParamPrefix(MARK).withParamType(ParamType.NAMED));

    private final String text;
    /** The parameters in the order of their first places. */
    private final List<String> names;
    /** For each place in the text, the number of its parameter. */
    private final int[] places;
    private final String[] types;
    /** The Java type of each parameter, by which values in a wrong order are found. */
    private final Class<?>[] classes;

    StatementText(Query query) {
        var dsl = DSL.using(NAMED);
        var parameters = dsl.extractParams(query);
        var found = new LinkedHashMap<String, Integer>();
        var order = new ArrayList<Integer>();
        var marked = PARAMETER.matcher(dsl.renderNamedParams(query));
        this.text = marked.replaceAll(place -> {
            order.add(found.computeIfAbsent(place.group(1), name -> found.size()));
            return "?";
        });
        this.names = List.copyOf(found.keySet());
        this.places = order.stream().mapToInt(Integer::intValue).toArray();
        this.classes = names.stream().map(name -> parameter(parameters, name).getType()).toArray(Class<?>[]::new);
        this.types = Arrays.stream(classes).map(StatementText::type).toArray(String[]::new);
    }

    String text() {
        return text;
    }

    /** The parameters' names, in the order of their first places in the text. */
    List<String> names() {
        return names;
    }

    private Param<?> parameter(Map<String, Param<?>> parameters, String name) {
        var parameter = parameters.get(name);
        if (parameter == null || parameter.getParamName() == null) {
            throw new IllegalArgumentException("a statement has an unnamed value: " + text);
        }
        return parameter;
    }

    /** Refuses a wrong number of values, and values of other types. */
    void check(@Nullable Object[] values) {
        if (values.length != names.size()) {
            throw new IllegalArgumentException(values.length + " values for the parameters " + names + ": " + text);
        }
        for (int at = 0; at < values.length; at++) {
            if (!fits(classes[at], values[at])) {
                throw new IllegalArgumentException(names.get(at) + " can't be " + values[at].getClass().getSimpleName() + "; parameters " + names + ": " + text);
            }
        }
    }

    int bind(PreparedStatement statement, int first, @Nullable Object[] values) throws SQLException {
        for (int at = 0; at < places.length; at++) {
            bind(statement, first + at, types[places[at]], values[places[at]]);
        }
        return first + places.length;
    }

    /** A statement whose result is ignored. */
    BoundStatement bound(@Nullable Object[] values) {
        check(values);
        return new BoundStatement() {
            @Override
            public String text() {
                return text;
            }

            @Override
            public int bind(PreparedStatement statement, int first) throws SQLException {
                return StatementText.this.bind(statement, first, values);
            }

            @Override
            public void take(PreparedStatement result) {}
        };
    }

    private static boolean fits(Class<?> type, @Nullable Object value) {
        return value == null || type.isInstance(value) || type.isArray() && value instanceof Collection<?>;
    }

    /**
     * PostgreSQL's name of a parameter's type. Nulls are bound with it, too: for an untyped parameter the driver asks the server, and after
     * a change of type it prepares the statement again. An array is sent as text, which the statement casts.
     */
    private static String type(Class<?> type) {
        if (type == String.class || type == JSONB.class || type.isArray() && type != byte[].class) {
            return "varchar";
        }
        if (type == UUID.class) {
            return "uuid";
        }
        if (type == Long.class) {
            return "int8";
        }
        if (type == Integer.class) {
            return "int4";
        }
        if (type == Boolean.class) {
            return "bool";
        }
        if (type == Instant.class) {
            return "timestamptz";
        }
        if (type == LocalDate.class) {
            return "date";
        }
        if (type == byte[].class) {
            return "bytea";
        }
        throw new IllegalArgumentException("no parameter of this type can be bound: " + type);
    }

    private static void bind(PreparedStatement statement, int at, String type, @Nullable Object value) throws SQLException {
        switch (value) {
            case null -> statement.setNull(at, Types.OTHER, type);
            case String text -> statement.setString(at, text);
            case UUID id -> statement.setObject(at, id);
            case Long number -> statement.setLong(at, number);
            case Integer number -> statement.setInt(at, number);
            case Boolean flag -> statement.setBoolean(at, flag);
            case Instant instant -> statement.setObject(at, instant.atOffset(ZoneOffset.UTC));
            case LocalDate date -> statement.setObject(at, date);
            case JSONB json -> statement.setString(at, json.data());
            case byte[] bytes -> statement.setBytes(at, bytes);
            case Collection<?> values -> statement.setString(at, Columns.literal(values));
            case Object[] values -> statement.setString(at, Columns.literal(Arrays.asList(values)));
            default -> throw new IllegalArgumentException("no value of this type can be bound: " + value.getClass());
        }
    }
}
