package org.guildhall.billing.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The invoice that would follow from a change, as the provider computed it.
 *
 * @param currency in capital letters
 * @param complete false if the invoice has more lines
 * @param totalMinor the total in ISO 4217 minor units
 * @param dueMinor what would be charged, after credits
 */
public record ProviderPreview(String currency, List<Line> lines, boolean complete, long totalMinor, long dueMinor) {

    /** A line. @param proration true if it is for a part of a period */
    public record Line(@Nullable String description, long amountMinor, boolean proration) {}
}
