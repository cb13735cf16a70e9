package org.guildhall.catalog;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The payment providers whose references the catalog keeps, by their names in the schema. */
final class ProviderNames {

    private ProviderNames() {}

    /** The references that there are, by provider. */
    static Map<String, String> map(@Nullable String stripe, @Nullable String gocardless, @Nullable String paystack) {
        var references = new TreeMap<String, String>();
        put(references, "stripe", stripe);
        put(references, "gocardless", gocardless);
        put(references, "paystack", paystack);
        return references;
    }

    private static void put(Map<String, String> references, String provider, @Nullable String reference) {
        if (reference != null) {
            references.put(provider, reference);
        }
    }
}
