import java.util.ArrayList;
import java.util.List;

/** Converts text of the document to Javadoc. */
final class Javadoc {

    private static final int WIDTH = 120;

    private Javadoc() {}

    /**
     * Wraps and escapes a text of Markdown paragraphs and lists.
     *
     * @param indent the number of spaces before the comment's stars
     * @return the lines of the comment without its opening and closing, each with its star; empty for an empty text
     */
    static String of(String description, int indent) {
        List<String> lines = new ArrayList<>();
        for (String paragraph : escape(description.strip()).split("\\n\\s*\\n")) {
            if (paragraph.isBlank()) {
                continue;
            }
            boolean further = !lines.isEmpty();
            if (further) {
                lines.add("");
            }
            List<String> items = new ArrayList<>(List.of(paragraph.strip().split("(?m)^\\s*- ")));
            String text = oneLine(items.removeFirst());
            if (!text.isEmpty()) {
                wrap((further ? "<p>" : "") + text, lines);
            }
            if (!items.isEmpty()) {
                lines.add("<ul>");
                items.forEach(item -> wrap("<li>" + oneLine(item), lines));
                lines.add("</ul>");
            }
        }
        String start = " ".repeat(indent) + " *";
        return String.join("\n", lines.stream().map(line -> line.isEmpty() ? start : start + " " + line).toList());
    }

    /** The escaped text on one line, for {@code @param}. */
    static String line(String text) {
        return oneLine(escape(text));
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s+", " ");
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
