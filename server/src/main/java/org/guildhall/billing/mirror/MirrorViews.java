package org.guildhall.billing.mirror;

import java.time.Instant;
import java.util.UUID;
import org.guildhall.api.model.FetchState;
import org.guildhall.api.model.Mirror;
import org.guildhall.api.model.MirrorSource;
import org.guildhall.api.model.WebhookDeliveryId;
import org.guildhall.billing.fetches.FetchStatus;
import org.jspecify.annotations.Nullable;

/** The API form of the member {@code mirror} that all mirrored objects have. */
public final class MirrorViews {

    private MirrorViews() {}

    /** The member of an object whose content has an origin. @param observedAt the instant at which the content was stored */
    public static Mirror mirror(Origin origin, Instant observedAt, FetchStatus fetch) {
        return mirror(origin.deliveryId(), origin.position(), origin.apiVersion(), observedAt, fetch);
    }

    /** The member of an object that can be a stub. @param position null for a stub */
    public static Mirror mirror(@Nullable UUID deliveryId, @Nullable Position position, @Nullable String apiVersion, Instant observedAt, FetchStatus fetch) {
        return new Mirror(
                position != null, position != null && position.isFetched() ? MirrorSource.FETCH : MirrorSource.EVENT,
                deliveryId == null ? null : new WebhookDeliveryId(deliveryId),
                position == null ? null : position.eventReference(), position == null ? null : position.at(), observedAt, apiVersion, FetchState.fromValue(fetch.state()),
                fetch.error());
    }
}
