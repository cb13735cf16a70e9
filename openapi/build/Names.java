import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** How names of the document become Java names. */
final class Names {

    private static final Pattern BRACES = Pattern.compile("\\{([^}]*)}");

    /** Words that no parameter, and methods that no record component may be called. */
    private static final Set<String> TAKEN = Set.of(
            "abstract", "assert", "boolean", "break", "byte", "case", "catch", "char", "class", "const", "continue", "default", "do",
            "double", "else", "enum", "extends", "final", "finally", "float", "for", "goto", "if", "implements", "import", "instanceof",
            "int", "interface", "long", "native", "new", "package", "private", "protected", "public", "return", "short", "static",
            "strictfp", "super", "switch", "synchronized", "this", "throw", "throws", "transient", "try", "void", "volatile", "while",
            "true", "false", "null", "_", "clone", "finalize", "getClass", "hashCode", "notify", "notifyAll", "toString", "wait");

    /**
     * Types that the languages of generated clients have themselves, where anybody meets them: a schema of such a name is renamed by
     * generators, or hides the language's own.
     */
    private static final Set<String> OTHERS = Set.of(
            "Any", "Array", "Boolean", "Byte", "Bytes", "Character", "Class", "Collection", "Consumer", "Currency", "Data", "Date", "DateTime",
            "Dict", "Double", "Duration", "Enum", "Error", "Event", "Exception", "Export", "File", "Float", "Function", "Import",
            "ImportError", "Instant", "Integer", "Iterable", "Iterator", "List", "Locale", "Long", "Map", "Module", "Node", "None", "Number",
            "Object", "Option", "Optional", "Override", "Package", "Path", "Predicate", "Process", "Promise", "Property", "Protocol",
            "Record", "Request", "Response", "Result", "Runtime", "Self", "Set", "Short", "Stream", "String", "Supplier", "Symbol", "System",
            "Thread", "Time", "TimeZone", "Tuple", "Type", "Union", "Uri", "Url", "Uuid", "Vec", "Void",
            // What stock generators call their own classes.
            "ApiClient", "ApiException", "ApiResponse", "Call", "Configuration", "JSON", "Operation", "Pair");

    private Names() {}

    /** Whether some language's own type is called so. */
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

    /** {@code unitAmount} for {@code unit_amount}; a word that Java keeps to itself gets {@code Value} behind it. */
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

    /** The names between the braces of a path, in their order. */
    static List<String> braces(String path) {
        return BRACES.matcher(path).results().map((MatchResult found) -> found.group(1)).toList();
    }
}
