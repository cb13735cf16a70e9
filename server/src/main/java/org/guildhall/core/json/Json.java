package org.guildhall.core.json;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationConfig;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.BeanPropertyWriter;
import com.fasterxml.jackson.databind.ser.BeanSerializerModifier;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.guildhall.api.Personal;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/** JSON as the contract has it: strict in what is read, exact in what is written. */
public final class Json {

    /** How deep a body may be nested. */
    static final int DEPTH_MAX = 100;

    /** How long a number may be written. */
    static final int NUMBER_CHARACTERS_MAX = 1_000;

    /** What stands in the audit trail for a member that is somebody's own. */
    public static final String MASK = "[personal]";

    /** The last instant that can be answered; what is counted on from a caller's own instant ends here. */
    public static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private static final DateTimeFormatter INSTANT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    /** The greatest integer that every reader of JSON holds exactly. */
    private static final long EXACT_MAX = (1L << 53) - 1;
    private static final String INSTANT_FORM = "0000-00-00T00:00:00.000000Z";

    /** For what goes over the wire. */
    public static final ObjectMapper WIRE = mapper(new JsonFactoryBuilder()).addModule(new JavaTimeModule()).addModule(instants()).build();

    private static final ClassValue<ObjectReader> READERS = new ClassValue<>() {
        @Override
        protected ObjectReader computeValue(Class<?> type) {
            return WIRE.readerFor(type);
        }
    };

    /** For the audit trail: the wire form with personal members masked, in its canonical spelling (RFC 8785). */
    public static final ObjectMapper AUDIT = mapper(new JsonFactoryBuilder().configure(JsonWriteFeature.WRITE_HEX_UPPER_CASE, false))
            .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
            .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .addModule(new JavaTimeModule())
            .addModule(instants())
            .addModule(masking())
            .addModule(canonicalNumbers())
            .build();

    private Json() {}

    private static JsonMapper.Builder mapper(JsonFactoryBuilder factory) {
        // Buffers are kept for all: a virtual thread has its request's life only, and what it keeps for itself is made anew each time.
        // Characters beyond the first plane are written as they are: escaped they take three times the room.
        factory.enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8);
        return JsonMapper.builder(factory.recyclerPool(JsonRecyclerPools.newConcurrentDequePool()).build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .withCoercionConfigDefaults(defaults -> defaults.setCoercion(CoercionInputShape.Float, CoercionAction.Fail));
    }

    private static SimpleModule instants() {
        return new SimpleModule("instants").addSerializer(Instant.class, new JsonSerializer<>() {
            @Override
            public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
                out.writeString(text(value));
            }
        }).addDeserializer(Instant.class, new JsonDeserializer<>() {
            @Override
            public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
                var text = in.currentToken() == JsonToken.VALUE_STRING ? in.getText() : "";
                var instant = Instants.parse(text);
                return instant != null ? instant : (Instant) context.handleWeirdStringValue(Instant.class, text, "no instant of RFC 3339");
            }
        });
    }

    /**
     * The canonical form knows doubles only. No schema of ours has a fraction or an integer that a double can't hold, and a trail that
     * can't be verified later must not begin.
     */
    private static SimpleModule canonicalNumbers() {
        var integer = new StdSerializer<Long>(Long.class) {
            private static final long serialVersionUID = 1;

            @Override
            public void serialize(Long value, JsonGenerator out, SerializerProvider provider) throws IOException {
                if (Math.abs(value) > EXACT_MAX || value == Long.MIN_VALUE) {
                    provider.reportMappingProblem("an integer that isn't exact everywhere can't stand in the audit trail: %d", value);
                }
                out.writeNumber(value);
            }
        };
        var refused = new StdSerializer<Number>(Number.class) {
            private static final long serialVersionUID = 1;

            @Override
            public void serialize(Number value, JsonGenerator out, SerializerProvider provider) throws IOException {
                provider.reportMappingProblem("a number of this type can't stand in the audit trail: %s", value);
            }
        };
        return new SimpleModule("canonical")
                .addSerializer(Long.class, integer)
                .addSerializer(Long.TYPE, integer)
                .addSerializer(Double.class, refused)
                .addSerializer(Double.TYPE, refused)
                .addSerializer(Float.class, refused)
                .addSerializer(Float.TYPE, refused)
                .addSerializer(BigInteger.class, refused)
                .addSerializer(BigDecimal.class, refused);
    }

    private static SimpleModule masking() {
        return new SimpleModule("masking").setSerializerModifier(new BeanSerializerModifier() {
            @Override
            public List<BeanPropertyWriter> changeProperties(
                    SerializationConfig config, BeanDescription bean, List<BeanPropertyWriter> properties) {
                properties.replaceAll(property -> property.getAnnotation(Personal.class) == null ? property : new Masked(property));
                return properties;
            }
        });
    }

    private static final class Masked extends BeanPropertyWriter {
        private static final long serialVersionUID = 1;

        Masked(BeanPropertyWriter property) {
            super(property);
        }

        @Override
        public void serializeAsField(Object bean, JsonGenerator out, SerializerProvider provider) throws Exception {
            out.writeFieldName(getName());
            if (get(bean) == null) {
                out.writeNull();
            } else {
                out.writeString(MASK);
            }
        }
    }

    /** RFC 3339, UTC, six decimals. */
    public static String text(Instant instant) {
        var moment = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        if (moment.getYear() < 0 || moment.getYear() > 9999) {
            return INSTANT.format(instant);
        }
        // By hand: every resource has several, and the formatter takes longer for each than the database for the row.
        var text = INSTANT_FORM.toCharArray();
        digits(text, 3, moment.getYear());
        digits(text, 6, moment.getMonthValue());
        digits(text, 9, moment.getDayOfMonth());
        digits(text, 12, moment.getHour());
        digits(text, 15, moment.getMinute());
        digits(text, 18, moment.getSecond());
        digits(text, 25, moment.getNano() / 1_000);
        return new String(text);
    }

    /** Writes a number into the zeros that end at a place. */
    private static void digits(char[] text, int last, int number) {
        for (int rest = number, at = last; rest > 0; rest /= 10) {
            text[at--] = (char) ('0' + rest % 10);
        }
    }

    /** A parsed value as one of the contract's types. */
    public static <T> T bind(JsonNode tree, Class<T> type) throws JsonProcessingException {
        try {
            return READERS.get(type).readValue(tree);
        } catch (JsonProcessingException unbindable) {
            throw unbindable;
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The wire form in bytes. */
    public static byte[] bytes(Object value) {
        try {
            return WIRE.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Reads a body strictly: UTF-8, no duplicate member, nothing behind the end. */
    public static JsonNode parse(byte[] body) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
        } catch (CharacterCodingException notUtf8) {
            throw Problem.MALFORMED_BODY.because("The body is not UTF-8.");
        }
        if (text.startsWith("\uFEFF")) {
            throw Problem.MALFORMED_BODY.because("The body begins with a byte order mark.");
        }
        try (JsonParser parser = STRICT.createParser(text)) {
            JsonNode tree = tree(parser);
            if (tree == null || tree.isMissingNode()) {
                throw Problem.MALFORMED_BODY.because("The body is empty.");
            }
            if (parser.nextToken() != null) {
                throw Problem.MALFORMED_BODY.because("There is text behind the end of the JSON value.");
            }
            return tree;
        } catch (ProblemException refused) {
            throw refused;
        } catch (JsonProcessingException malformed) {
            throw Problem.MALFORMED_BODY.because(message(malformed));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        } catch (RuntimeException unreadable) {
            // An exponent of ten digits, for one: the parser fails on it instead of refusing it.
            throw Problem.MALFORMED_BODY.because("The body has a number or a name that the API can't read.");
        }
    }

    /** Half a character is read where it is a value, and told by the validation. The parser refuses it in a name, with these words only. */
    private static JsonNode tree(JsonParser parser) throws IOException {
        try {
            return STRICT.readTree(parser);
        } catch (JsonProcessingException malformed) {
            if (String.valueOf(malformed.getOriginalMessage()).contains("surrogate")) {
                var object = parser.getParsingContext().getParent();
                throw Problem.VALIDATION_FAILED.because("The name of a member contains a lone surrogate.").with(ProblemException.Item.pointer(
                        object == null ? "" : object.pathAsPointer().toString(), "character", "The name of a member contains a lone surrogate."));
            }
            throw malformed;
        }
    }

    private static final ObjectMapper STRICT = strict();

    private static ObjectMapper strict() {
        var mapper = mapper(new JsonFactoryBuilder()).build();
        mapper.getFactory().setStreamReadConstraints(StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH_MAX)
                .maxNumberLength(NUMBER_CHARACTERS_MAX)
                .build());
        return mapper;
    }

    private static String message(JsonProcessingException malformed) {
        if (malformed instanceof StreamConstraintsException) {
            return "The body is nested deeper than " + DEPTH_MAX + ", or has a number or a name that is longer than any the API knows.";
        }
        var where = malformed.getLocation();
        var what = malformed.getOriginalMessage().lines().findFirst().orElse("not JSON");
        // Jackson names its own classes and settings in some messages; callers get the first sentence without them.
        what = what.replaceAll("(?i)\\s*\\(code \\d+[^)]*\\)", "").strip();
        if (what.matches(".*(com\\.fasterxml|java\\.|JsonReadFeature|Feature).*")) {
            what = "not JSON";
        }
        return where == null ? what : what + " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ")";
    }
}
