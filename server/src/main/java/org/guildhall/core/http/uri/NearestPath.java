package org.guildhall.core.http.uri;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the existing path nearest to a misspelt one, by edit distance over segments and characters. */
final class NearestPath {

    private static final int PATH_CHARACTERS_MAX = 200;
    private static final int SEGMENTS_MAX = 12;
    /** A missing segment is one mistake, so its cost doesn't grow with its length. */
    private static final int MISSING_SEGMENT_COST = 4;

    private NearestPath() {}

    /** @return the nearest template; null if more than half of the path's characters would have to change */
    static @Nullable String of(String path, List<String> templates) {
        if (path.length() > PATH_CHARACTERS_MAX) {
            return null;
        }
        var given = segments(path.toLowerCase(Locale.ROOT));
        if (given.length == 0 || given.length > SEGMENTS_MAX) {
            return null;
        }
        String nearest = null;
        int best = String.join("", given).length() / 2 + 1;
        for (var template : templates) {
            int distance = distance(given, segments(template));
            if (distance < best) {
                best = distance;
                nearest = template;
            }
        }
        return nearest;
    }

    private static String[] segments(String path) {
        return Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty()).toArray(String[]::new);
    }

    /** The edit distance of two lists of segments. A parameter matches any segment at the cost of one character. */
    private static int distance(String[] given, String[] template) {
        var costs = new int[given.length + 1][template.length + 1];
        for (int row = 0; row <= given.length; row++) {
            for (int column = 0; column <= template.length; column++) {
                if (row == 0 && column == 0) {
                    continue;
                }
                int least = Integer.MAX_VALUE;
                if (row > 0) {
                    least = Math.min(least, costs[row - 1][column] + given[row - 1].length());
                }
                if (column > 0) {
                    int missing = Math.min(MISSING_SEGMENT_COST, template[column - 1].length());
                    least = Math.min(least, costs[row][column - 1] + missing);
                }
                if (row > 0 && column > 0) {
                    least = Math.min(least, costs[row - 1][column - 1] + distance(given[row - 1], template[column - 1]));
                }
                costs[row][column] = least;
            }
        }
        return costs[given.length][template.length];
    }

    private static int distance(String given, String template) {
        if (template.startsWith("{")) {
            return 1;
        }
        var above = new int[template.length() + 1];
        for (int column = 0; column < above.length; column++) {
            above[column] = column;
        }
        for (int row = 1; row <= given.length(); row++) {
            int diagonal = above[0];
            above[0] = row;
            for (int column = 1; column < above.length; column++) {
                int changed = diagonal + (given.charAt(row - 1) == template.charAt(column - 1) ? 0 : 1);
                diagonal = above[column];
                above[column] = Math.min(changed, 1 + Math.min(above[column], above[column - 1]));
            }
        }
        return above[template.length()];
    }
}
