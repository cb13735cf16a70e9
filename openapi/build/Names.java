import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Converts names of the document to Java names. */
final class Names {

    private static final Pattern BRACES = Pattern.compile("\\{([^}]*)}");

    /** Names that neither a parameter nor a record component may have: reserved words and methods of records. */
    private static final Set<String> TAKEN = Set.of(
            "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue", "default", "do",
            "double", "else", "enum", "extends", "final", "finally", "float", "for", "goto", "if", "implements", "import", "instanceof",
            "int", "interface", "long", "native", "new", "package", "private", "protected", "public", "return", "short", "static",
            "strictfp", "super", "switch", "synchronized", "this", "throw", "throws", "transient", "try", "void", "volatile", "while",
            "true", "false", "null", "_", "clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait");

    /**
     * Names of well-known types in the languages of generated clients. Generators rename a schema with such a name, or it hides the language's
     * own type.
     */
    private static final Set<String> OTHERS = Set.of(
            "Any", "Array", "Boolean", "Byte", "Bytes", "Character", "Class", "Collection", "Consumer", "Currency", "Data", "Date", "DateTime",
            "Dict", "Double", "Duration", "Enum", "Error", "Event", "Exception", "Export", "File", "Float", "Function", "Import",
            "ImportError", "Instant", "Integer", "Iterable", "Iterator", "List", "Locale", "Long", "Map", "Module", "Node", "None", "Number",
            "Object", "Option", "Optional", "Override", "Package", "Path", "Predicate", "Process", "Promise", "Property", "Protocol",
            "Record", "Request", "Response", "Result", "Runtime", "Self", "Set", "Short", "Stream", "String", "Supplier", "Symbol", "System",
            "Thread", "Time", "TimeZone", "Tuple", "Type", "Union", "Uri", "Url", "Uuid", "Vec", "Void",
            // Class names of the stock generators.
            "ApiClient", "ApiException", "ApiResponse", "Call", "Configuration", "JSON", "Operation", "Pair");

    private Names() {}

    /** True if a language has a well-known type with this name. */
    static boolean isTaken(String schema) {
        return OTHERS.contains(schema);
    }

    /** {@code PlanLadder} for {@code plan_ladder}, {@code plan-ladder} and {@code planLadder}. */
    static String type(String name) {
        var type = new StringBuilder();
        for (String word : name.split("[^A-Za-z0-9]+")) {
            if (!word.isEmpty()) {
                type.append(Character.toUpperCase(word.charAt(0))).append(word, 1, word.length());
            }
        }
        return Character.isDigit(type.charAt(0)) ? "The" + type : type.toString();
    }

    /** {@code unitAmount} for {@code unit_amount}; a name that Java reserves gets the suffix {@code Value}. */
    static String member(String name) {
        String type = type(name);
        String member = Character.toLowerCase(type.charAt(0)) + type.substring(1);
        return TAKEN.contains(member) ? member + "Value" : member;
    }

    /** {@code ONE_TIME} for {@code one_time}, {@code oneTime} and {@code one-time}; {@code NAME_DESCENDING} for {@code -name}. */
    static String constant(String value) {
        if (value.startsWith("-")) {
            return constant(value.substring(1)) + "_DESCENDING";
        }
        String words = value.replaceAll("([a-z0-9])([A-Z])", "$1_$2").replaceAll("[^A-Za-z0-9]+", "_").toUpperCase(Locale.ROOT);
        String constant = words.replaceAll("^_+|_+$", "");
        return constant.isEmpty() || Character.isDigit(constant.charAt(0)) ? "_" + constant : constant;
    }

    /** The names between the braces of a path, in order. */
    static List<String> braces(String path) {
        return BRACES.matcher(path).results().map((MatchResult found) -> found.group(1)).toList();
    }
}
