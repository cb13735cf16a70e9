package org.guildhall.catalog.products;

import java.util.Map;
import java.util.TreeMap;
import org.guildhall.api.model.NewProviderReferences;
import org.guildhall.api.model.ProviderReferences;
import org.guildhall.api.model.ProviderReferencesPatch;
import org.jspecify.annotations.Nullable;

/** The provider references of a product or price: converts between the schema's map and the API's members. */
final class ProviderNames {

    private ProviderNames() {}

    /** The references of a new resource. */
    static Map<String, String> map(@Nullable NewProviderReferences given) {
        return given == null ? Map.of() : map(given.stripe(), given.gocardless(), given.paystack());
    }

    /** The wanted references of a changed resource. */
    static Map<String, String> map(@Nullable ProviderReferencesPatch wanted) {
        return wanted == null ? Map.of() : map(wanted.stripe(), wanted.gocardless(), wanted.paystack());
    }

    static ProviderReferences toApi(Map<String, String> references) {
        return new ProviderReferences(references.get("stripe"), references.get("gocardless"), references.get("paystack"));
    }

    static ProviderReferencesPatch patchable(Map<String, String> references) {
        return new ProviderReferencesPatch(references.get("stripe"), references.get("gocardless"), references.get("paystack"));
    }

    private static Map<String, String> map(@Nullable String stripe, @Nullable String gocardless, @Nullable String paystack) {
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
