package org.guildhall.core.json;

import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
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
import java.util.regex.Pattern;
import org.guildhall.api.Personal;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;

/** JSON by the contract's rules: strict when reading, exact when writing. */
public final class Json {

    /** The maximal nesting of a body. */
    static final int DEPTH_MAX = 100;

    /** The maximal length of a number in characters. */
    static final int NUMBER_CHARACTERS_MAX = 1_000;

    /** The audit trail's text for a member that is marked as personal. */
    public static final String MASK = "[personal]";

    /** The last instant that an answer can contain. Instants computed from a caller's are capped at it. */
    public static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    private static final DateTimeFormatter INSTANT =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
    /** The greatest integer that a double holds exactly. */
    private static final long EXACT_MAX = (1L << 53) - 1;
    private static final String INSTANT_FORM = "0000-00-00T00:00:00.000000Z";

    /** The mapper of requests and answers. */
    public static final ObjectMapper WIRE = mapper(new JsonFactoryBuilder()).addModule(new JavaTimeModule()).addModule(instants()).build();

    private static final ClassValue<ObjectReader> READERS = new ClassValue<>() {
        @Override
        protected ObjectReader computeValue(Class<?> type) {
            return WIRE.readerFor(type);
        }
    };

    /** The mapper of the audit trail: the wire form with personal members masked, as canonical JSON (RFC 8785). */
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
        // A shared pool of buffers: virtual threads live for one request only, so a pool per thread would never be reused.
        // Characters beyond the BMP are written unescaped, in a third of the bytes.
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
                return instant != null ? instant : (Instant) context.handleWeirdStringValue(Instant.class, text, "not an instant of RFC 3339");
            }
        });
    }

    /**
     * Canonical JSON only has doubles. No schema has fractions or larger integers, so other numbers are refused here: their digests could not
     * be verified by other implementations.
     */
    private static SimpleModule canonicalNumbers() {
        var integer = new StdSerializer<Long>(Long.class) {
            private static final long serialVersionUID = 1;

            @Override
            public void serialize(Long value, JsonGenerator out, SerializerProvider provider) throws IOException {
                if (Math.abs(value) > EXACT_MAX || value == Long.MIN_VALUE) {
                    provider.reportMappingProblem("an audit event can't contain an integer beyond 2^53-1: %d", value);
                }
                out.writeNumber(value);
            }
        };
        var refused = new StdSerializer<Number>(Number.class) {
            private static final long serialVersionUID = 1;

            @Override
            public void serialize(Number value, JsonGenerator out, SerializerProvider provider) throws IOException {
                provider.reportMappingProblem("an audit event can't contain a number of this type: %s", value);
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
                properties.replaceAll(property -> property.getAnnotation(Personal.class) == null ? property : new MaskedProperty(property));
                return properties;
            }
        });
    }

    private static final class MaskedProperty extends BeanPropertyWriter {
        private static final long serialVersionUID = 1;

        MaskedProperty(BeanPropertyWriter property) {
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

    /** The wire form of an instant: RFC 3339 in UTC with six decimals. */
    public static String text(Instant instant) {
        var moment = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        if (moment.getYear() < 0 || moment.getYear() > 9999) {
            return INSTANT.format(instant);
        }
        // Without a formatter, which takes longer for one instant than PostgreSQL for the row.
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

    /** Writes a number over the zeros that end at the index {@code last}. */
    private static void digits(char[] text, int last, int number) {
        for (int rest = number, at = last; rest > 0; rest /= 10) {
            text[at--] = (char) ('0' + rest % 10);
        }
    }

    /** Binds a JSON tree to a type of the contract. */
    public static <T> T bind(JsonNode tree, Class<T> type) throws JsonProcessingException {
        try {
            return READERS.get(type).readValue(tree);
        } catch (JsonProcessingException unbindable) {
            throw unbindable;
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The wire form as bytes. */
    public static byte[] bytes(Object value) {
        try {
            return WIRE.writeValueAsBytes(value);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Parses a body strictly: UTF-8, no duplicate members, no text after the end. */
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
                throw Problem.MALFORMED_BODY.because("There is text after the end of the JSON value.");
            }
            return tree;
        } catch (ProblemException refused) {
            throw refused;
        } catch (JsonProcessingException malformed) {
            throw Problem.MALFORMED_BODY.because(message(malformed));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        } catch (RuntimeException unreadable) {
            // For example an exponent of ten digits: Jackson throws an arithmetic exception for it.
            throw Problem.MALFORMED_BODY.because("The body has a number or a member name that can't be parsed.");
        }
    }

    /** A lone surrogate in a value is left to the validation. In a member name Jackson refuses it, recognizable by this word only. */
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
    /** Jackson's message about a member that an object has twice. */
    private static final Pattern REPEATED = Pattern.compile("Duplicate field '([^']{1,100})'");

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
            return "The body is nested deeper than " + DEPTH_MAX + ", or has a number or a member name that is too long.";
        }
        var where = malformed.getLocation();
        var repeated = REPEATED.matcher(String.valueOf(malformed.getOriginalMessage()));
        var what = malformed instanceof JsonEOFException ? "The JSON ends before it is complete"
                : repeated.lookingAt() ? "The member `" + repeated.group(1) + "` appears twice in one object"
                : "This isn't JSON";
        return where == null ? what + "." : what + " (line " + where.getLineNr() + ", column " + where.getColumnNr() + ").";
    }
}
