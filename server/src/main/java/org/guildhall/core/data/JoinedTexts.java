package org.guildhall.core.data;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.List;

/** The texts of statements that are sent together, joined once. The driver recognizes a prepared statement by its text. */
final class JoinedTexts {

    private static final int TEXTS_MAX = 1_000;
    private static final Cache<List<String>, String> TEXTS = Caffeine.newBuilder().maximumSize(TEXTS_MAX).build();

    private JoinedTexts() {}

    /** The statements in one text. */
    static String of(List<String> statements) {
        return TEXTS.get(statements, all -> String.join("; ", all));
    }
}
