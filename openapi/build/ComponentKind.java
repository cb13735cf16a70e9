/**
 * The kind of a node in an OpenAPI document. A reference has a meaning only if its target's kind is known. Since properties may be named
 * {@code parameters} or {@code $ref}, names alone don't decide.
 */
enum ComponentKind {
    PATH_ITEM(null),
    OPERATION(null),
    PARAMETER("parameters"),
    REQUEST_BODY("requestBodies"),
    RESPONSE("responses"),
    HEADER("headers"),
    MEDIA_TYPE(null),
    EXAMPLE("examples"),
    SCHEMA("schemas"),
    DISCRIMINATOR(null),
    PARAMETER_LIST(null, PARAMETER),
    RESPONSE_MAP(null, RESPONSE),
    HEADER_MAP(null, HEADER),
    MEDIA_TYPE_MAP(null, MEDIA_TYPE),
    EXAMPLE_MAP(null, EXAMPLE),
    SCHEMA_MAP(null, SCHEMA),
    SCHEMA_LIST(null, SCHEMA),
    /** Copied unchanged: text, numbers, examples, extensions. */
    PLAIN(null);

    /** The section of {@code components} for such nodes; null if there is none. */
    final String section;

    private final ComponentKind element;

    ComponentKind(String section) {
        this(section, null);
    }

    ComponentKind(String section, ComponentKind element) {
        this.section = section;
        this.element = element;
    }

    /** The kind that a section of {@code components} holds; null for a section that needs no walking. */
    static ComponentKind ofSection(String section) {
        for (ComponentKind kind : values()) {
            if (section.equals(kind.section)) {
                return kind;
            }
        }
        return null;
    }

    /** True for maps and lists, whose members are named by the author. */
    boolean collection() {
        return element != null;
    }

    /** The kind of the member {@code name} of a node of this kind. */
    ComponentKind child(String name) {
        if (element != null) {
            return element;
        }
        return switch (this) {
            case PATH_ITEM -> switch (name) {
                case "get", "put", "post", "delete", "patch", "head", "options", "trace" -> OPERATION;
                case "parameters" -> PARAMETER_LIST;
                default -> PLAIN;
            };
            case OPERATION -> switch (name) {
                case "parameters" -> PARAMETER_LIST;
                case "requestBody" -> REQUEST_BODY;
                case "responses" -> RESPONSE_MAP;
                default -> PLAIN;
            };
            case PARAMETER, HEADER, MEDIA_TYPE -> switch (name) {
                case "schema" -> SCHEMA;
                case "examples" -> EXAMPLE_MAP;
                case "content" -> MEDIA_TYPE_MAP;
                default -> PLAIN;
            };
            case REQUEST_BODY, RESPONSE -> switch (name) {
                case "content" -> MEDIA_TYPE_MAP;
                case "headers" -> HEADER_MAP;
                default -> PLAIN;
            };
            case SCHEMA -> switch (name) {
                case "properties", "patternProperties", "dependentSchemas", "$defs" -> SCHEMA_MAP;
                case "items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else",
                        "unevaluatedItems", "unevaluatedProperties", "contentSchema" -> SCHEMA;
                case "allOf", "anyOf", "oneOf", "prefixItems" -> SCHEMA_LIST;
                case "discriminator" -> DISCRIMINATOR;
                default -> PLAIN;
            };
            default -> PLAIN;
        };
    }
}
