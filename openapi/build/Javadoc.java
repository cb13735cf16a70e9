import java.util.ArrayList;
import java.util.List;

/** Converts text of the document to Javadoc. */
final class Javadoc {

    private static final int WIDTH = 120;

    private Javadoc() {}

    /**
     * Wraps and escapes a text.
     *
     * @param indent the number of spaces before the comment's stars
     * @return the lines of the comment without its opening and closing, each with its star; empty for an empty text
     */
    static String of(String text, int indent) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : escape(text.strip()).split("\\n\\s*\\n")) {
            if (paragraph.isBlank()) {
                continue;
            }
            boolean further = !lines.isEmpty();
            if (further) {
                lines.add("");
            }
            wrap((further ? "<p>" : "") + paragraph.strip().replaceAll("\\s+", " "), lines);
        }
        String start = " ".repeat(indent) + " *";
        return String.join("\n", lines.stream().map(line -> line.isEmpty() ? start : start + " " + line).toList());
    }

    /** The escaped text on one line, for {@code @param}. */
    static String line(String text) {
        return escape(text.strip()).replaceAll("\\s+", " ");
    }

    private static void wrap(String paragraph, List<String> lines) {
        var line = new StringBuilder();
        for (String word : paragraph.split(" ")) {
            if (!line.isEmpty() && line.length() + word.length() >= WIDTH) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
    }

    private static String escape(String text) {
        String safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "&#64;").replace("*/", "*&#47;")
                .replace("\\", "&#92;");
        return safe.replaceAll("`([^`\\n]*)`", "<code>$1</code>");
    }
}
