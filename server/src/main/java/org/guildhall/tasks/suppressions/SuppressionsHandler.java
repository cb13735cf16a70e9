package org.guildhall.tasks.suppressions;

import java.util.Set;
import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ListSuppressionsQuery;
import org.guildhall.api.model.MessageCategory;
import org.guildhall.api.model.MessageChannel;
import org.guildhall.api.model.MessageId;
import org.guildhall.api.model.NewSuppression;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.model.Suppression;
import org.guildhall.api.model.SuppressionId;
import org.guildhall.api.model.SuppressionLift;
import org.guildhall.api.model.SuppressionReason;
import org.guildhall.api.tasks.SuppressionsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException.Item;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.tasks.suppressions.SuppressionStore.Filter;
import org.guildhall.tasks.suppressions.SuppressionStore.New;
import org.guildhall.tasks.suppressions.SuppressionStore.Row;

/** Suppressions: {@code /tasks/suppressions}. */
final class SuppressionsHandler implements SuppressionsApi<Call> {

    private static final String BASE = "/api/v1/tasks/suppressions/";

    /** The reasons that are facts of an address: a person can get another one. */
    private static final Set<SuppressionReason> OF_ADDRESSES = Set.of(SuppressionReason.HARD_BOUNCE, SuppressionReason.INVALID);

    private final SuppressionStore suppressions;

    SuppressionsHandler(SuppressionStore suppressions) {
        this.suppressions = suppressions;
    }

    @Override
    public Reply<Suppression> createSuppression(Call call, NewSuppression body) {
        if (body.until() != null && !body.until().isAfter(call.tx().now())) {
            throw Problem.VALIDATION_FAILED.because("`until` must be in the future.").with(Item.pointer("/until", "range", "`until` must be in the future."));
        }
        checkRecipient(body);
        var suppression = toApi(suppressions.insert(call.tx(), new New(
                body.externalId(), body.address(), body.personId() == null ? null : body.personId().value(), body.reason().value(),
                body.category() == null ? null : body.category().value(), body.until())));
        call.created(suppression.id(), suppression);
        return Reply.created(BASE + suppression.id(), suppression);
    }

    @Override
    public Reply<Page<Suppression>> listSuppressions(Call call, ListSuppressionsQuery query) {
        var filter = new Filter(
                query.externalId(), query.address(), query.personId() == null ? null : query.personId().value(),
                query.reason() == null ? null : query.reason().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(suppressions.list(call.tx(), call.page(), filter).map(SuppressionsHandler::toApi));
    }

    @Override
    public Reply<Suppression> getSuppression(Call call, SuppressionId suppressionId) {
        return Reply.ok(toApi(Require.found(suppressions.get(call.tx(), suppressionId.value()))));
    }

    @Override
    public Reply<Suppression> liftSuppression(Call call, SuppressionId suppressionId, SuppressionLift body) {
        var before = Require.found(suppressions.lock(call.tx(), suppressionId.value()));
        call.expect(before.version());
        if (!before.active()) {
            throw Problem.INVALID_STATE.because("The suppression isn't active any more.");
        }
        if (before.reason().equals("complaint") && !Boolean.TRUE.equals(body.force())) {
            throw Problem.INVALID_STATE.because("The recipient has complained about a message. Set `force` to lift the suppression nevertheless.");
        }
        var after = toApi(suppressions.lift(call.tx(), before.id(), body.reason()));
        call.changed(after.id(), toApi(before), after);
        return Reply.ok(after);
    }

    private static void checkRecipient(NewSuppression body) {
        if ((body.address() == null) == (body.personId() == null)) {
            var detail = "A suppression has an `address` or a `person_id`, exactly one of both.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/address", "excluded", detail));
        }
        if (body.personId() != null && OF_ADDRESSES.contains(body.reason())) {
            var detail = "The reason `" + body.reason().value() + "` is of an address, so give `address` instead of `person_id`.";
            throw Problem.VALIDATION_FAILED.because(detail).with(Item.pointer("/reason", "excluded", detail));
        }
    }

    static Suppression toApi(Row row) {
        return new Suppression(
                new SuppressionId(row.id()), row.externalId(), MessageChannel.fromValue(row.channel()), row.address(),
                row.personId() == null ? null : new PersonId(row.personId()), SuppressionReason.fromValue(row.reason()), row.category() == null ? null : MessageCategory.fromValue(row.category()), row.until(),
                row.active(), row.messageId() == null ? null : new MessageId(row.messageId()), row.liftedAt(), row.liftReason(), row.createdAt(),
                row.updatedAt(), row.version());
    }
}
