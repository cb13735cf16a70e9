package org.guildhall.billing.events;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event of a payment provider. It tells which object may have changed.
 *
 * @param reference the provider's id of the event, unique in its account
 * @param type the type in the provider's words
 * @param objectKind the kind of the object in the provider's words; null if the event names none
 * @param objectReference the provider's id of the object; null if the event names none
 * @param at the instant of the event by the provider's clock
 * @param rank orders events of one object with the same instant: the greater is the newer; {@link #RANK_UNKNOWN} if the type doesn't tell
 * @param apiVersion the version of the provider's API in which it was written; null if it names none
 * @param livemode false for an event of the provider's test mode; null if it names no mode
 * @param accountReference the account at the provider that it is of; null if it names none
 * @param object the object as the provider sent it; missing if the event has none
 * @param details what the event says and the object doesn't, such as the reason of a failure; it is kept when the body is erased
 */
public record ProviderEvent(
        String reference, String type, @Nullable String objectKind, @Nullable String objectReference, Instant at, int rank, @Nullable String apiVersion,
        @Nullable Boolean livemode, @Nullable String accountReference, JsonNode object, Map<String, String> details) {

    /** The rank of the types that come before everything else of their instant. */
    public static final int RANK_FIRST = 0;
    /** The rank of the types that can come anywhere between the first and the last. */
    public static final int RANK_UNKNOWN = 50;
    /** The rank of the types that come after everything else of their instant. */
    public static final int RANK_LAST = 99;

    public ProviderEvent {
        details = Map.copyOf(details);
    }
}
