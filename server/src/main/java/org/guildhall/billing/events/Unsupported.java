package org.guildhall.billing.events;

import java.util.List;

/**
 * A part of a request that a provider can't do.
 *
 * @param member the member of the request, such as {@code price_ids/1}
 * @param code the kind of the refusal
 * @param detail a sentence for the caller
 */
public record Unsupported(String member, String code, String detail) {

    private static final String NOT_SUPPORTED = "not_supported";

    /** Something that the provider has nothing like. */
    public static Unsupported of(String member, String detail) {
        return new Unsupported(member, NOT_SUPPORTED, detail);
    }

    /** A price without the provider's id, which it needs. */
    public static Unsupported noReference(String member) {
        return new Unsupported(member, "no_provider_reference", "The price has no reference of the provider. Set `provider_references`.");
    }

    /** The prices of a session of a provider that takes one in each. Their number is 1 or more. */
    public static List<Unsupported> secondPrice(String provider, int prices) {
        return prices == 1 ? List.of() : List.of(of("price_ids/1", provider + " takes one price in a session."));
    }
}
