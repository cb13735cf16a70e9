package org.guildhall.billing.checkout;

import java.util.UUID;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.PlanChange;
import org.guildhall.api.model.PlanChangeId;
import org.guildhall.api.model.PlanChangeLine;
import org.guildhall.api.model.PlanChangePreview;
import org.guildhall.api.model.PlanChangeProration;
import org.guildhall.api.model.PlanChangeState;
import org.guildhall.api.model.PlanChangeTiming;
import org.guildhall.api.model.PriceId;
import org.guildhall.api.model.ProviderRefusal;
import org.guildhall.api.model.SubscriptionId;
import org.guildhall.api.model.SubscriptionItemId;
import org.guildhall.billing.checkout.PlanChangeStore.Row;
import org.guildhall.billing.events.ProviderPreview;
import org.guildhall.core.audit.Changes;
import org.jspecify.annotations.Nullable;

/** Plan changes in the form of the API. */
final class PlanChangeViews {

    private PlanChangeViews() {}

    static PlanChange toApi(Row row) {
        var subject = row.subject();
        return new PlanChange(
                new PlanChangeId(row.id()), row.externalId(), new SubscriptionId(subject.subscriptionId()), subject.subscriptionVersion(),
                new SubscriptionItemId(subject.itemId()), price(subject.fromPriceId()), new PriceId(subject.toPriceId()), PlanChangeTiming.fromValue(subject.timing()),
                PlanChangeProration.fromValue(subject.proration()), row.prorationAt(),
                PlanChangeState.fromValue(row.state()),
                row.preview() == null ? null : toApi(row.preview(), subject.proration().equals("invoice_now")), row.replacementId() == null ? null : new SubscriptionId(row.replacementId()), row.expiresAt(),
                row.failureCode() == null ? null : new ProviderRefusal(row.failureCode(), row.failureMessage()), row.requestedAt(), row.confirmedAt(),
                row.createdAt(), row.updatedAt(), row.version());
    }

    private static @Nullable PriceId price(@Nullable UUID id) {
        return id == null ? null : new PriceId(id);
    }

    /** @param atOnce true if the preview is of an invoice at once, false if it is of the next one */
    private static PlanChangePreview toApi(ProviderPreview preview, boolean atOnce) {
        var currency = preview.currency();
        return new PlanChangePreview(
                preview.lines().stream()
                        .map(line -> new PlanChangeLine(line.description(), new BilledAmount(line.amountMinor(), currency), line.proration()))
                        .toList(),
                preview.complete(), new BilledAmount(atOnce ? preview.dueMinor() : 0, currency),
                atOnce ? null : new BilledAmount(preview.totalMinor(), currency));
    }

    /** Records a changed plan change. */
    static Row changed(Changes changes, Row before, Row after) {
        changes.changed(new PlanChangeId(after.id()), toApi(before), toApi(after));
        return after;
    }
}
