package org.guildhall.smoke.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The processor time of a request, of server and PostgreSQL together, at ten times the rows against the default size.
 *
 * @param small the results at the default size
 * @param large the results at ten times the rows
 */
record Growth(Options options, Report small, Report large) {

    String text() {
        var out = new StringBuilder("\nProcessor time of a request at %d times the rows / at the default size; at most %s%n"
                .formatted(Options.GROWTH, Ratio.GROWTH_MAX));
        for (var path : options.paths()) {
            var ratio = ratio(path);
            out.append(String.format(Locale.ROOT, "  %-18s %s%n", path.key(),
                    ratio == null ? "isn't known on this system" : String.format(Locale.ROOT, "%.2f", ratio)));
        }
        return out.toString();
    }

    /** The ratios by the names of paths. */
    Map<String, Object> json() {
        var ratios = new LinkedHashMap<String, Object>();
        for (var path : options.paths()) {
            var ratio = ratio(path);
            ratios.put(path.key(), ratio == null ? null : Report.rounded(ratio, 1000));
        }
        return Map.of("growth", ratios);
    }

    private @Nullable Double ratio(Measured path) {
        var before = small.processor(path, options.connectionsOfBars());
        var after = large.processor(path, options.connectionsOfBars());
        return before == null || after == null || before.sum() == 0 ? null : after.sum() / before.sum();
    }
}
