package org.guildhall.platform;

import org.guildhall.api.Page;
import org.guildhall.api.Patch;
import org.guildhall.api.Reply;
import org.guildhall.api.model.ActiveState;
import org.guildhall.api.model.ActsAs;
import org.guildhall.api.model.ApiConsumer;
import org.guildhall.api.model.ApiConsumerPatch;
import org.guildhall.api.model.ConsumerId;
import org.guildhall.api.model.ListConsumersQuery;
import org.guildhall.api.model.NewApiConsumer;
import org.guildhall.api.model.RateLimitSetting;
import org.guildhall.api.platform.ConsumersApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.platform.ConsumerStore.Filter;
import org.guildhall.platform.ConsumerStore.Row;
import org.guildhall.platform.ConsumerStore.Values;
import org.jspecify.annotations.Nullable;

/** API consumers: {@code /platform/consumers}. */
final class ConsumersHandler implements ConsumersApi<Call> {

    private final ConsumerStore consumers;
    private final TokenStore tokens;

    ConsumersHandler(ConsumerStore consumers, TokenStore tokens) {
        this.consumers = consumers;
        this.tokens = tokens;
    }

    @Override
    public Reply<ApiConsumer> createConsumer(Call call, NewApiConsumer body) {
        var actsAs = body.actsAs() == null ? ActsAs.OPERATOR : body.actsAs();
        ScopeDelegation.requireHeld(call.caller(), body.scopes(), body.scopes());
        ScopeDelegation.requireActsAs(call.caller(), actsAs.value());
        var consumer = toApi(consumers.insert(call.tx(), new Values(
                body.externalId(), body.name(), body.ownerName(), body.contactEmail(), body.scopes(), actsAs.value(),
                limit(body.rateLimit()), window(body.rateLimit()))));
        call.created(consumer.id(), consumer);
        call.credentialsChanged();
        return Reply.created("/api/v1/platform/consumers/" + consumer.id(), consumer);
    }

    @Override
    public Reply<Page<ApiConsumer>> listConsumers(Call call, ListConsumersQuery query) {
        var filter = new Filter(
                query.externalId(),
                query.state() == null ? null : query.state().value(),
                query.actsAs() == null ? null : query.actsAs().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(consumers.list(call.tx(), call.page(), filter).map(ConsumersHandler::toApi));
    }

    @Override
    public Reply<ApiConsumer> getConsumer(Call call, ConsumerId consumerId) {
        var row = consumers.get(call.tx(), consumerId.value());
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        return Reply.ok(toApi(row));
    }

    @Override
    public Reply<ApiConsumer> updateConsumer(Call call, ConsumerId consumerId, Patch<ApiConsumerPatch> patch) {
        var before = locked(call, consumerId);
        var current = patchable(before);
        var wanted = patch.onto(current);
        if (wanted.equals(current)) {
            call.unchanged();
            return Reply.ok(toApi(before));
        }
        var added = ScopeDelegation.added(before.scopes(), wanted.scopes());
        ScopeDelegation.requireHeld(call.caller(), added, wanted.scopes());
        ScopeDelegation.requireActsAs(call.caller(), before.actsAs());
        ScopeDelegation.requireActsAs(call.caller(), wanted.actsAs().value());
        if (before.id().equals(call.caller().consumer())) {
            OwnLimit.requireUsable(current.rateLimit(), wanted.rateLimit());
        }
        requireActive(before);
        return changed(call, before, consumers.update(call.tx(), before.id(), new Values(
                wanted.externalId(), wanted.name(), wanted.ownerName(), wanted.contactEmail(), wanted.scopes(), wanted.actsAs().value(),
                limit(wanted.rateLimit()), window(wanted.rateLimit()))));
    }

    @Override
    public Reply<ApiConsumer> archiveConsumer(Call call, ConsumerId consumerId) {
        var before = locked(call, consumerId);
        requireActive(before);
        tokens.closeOriginsOf(call.tx(), before.id());
        return changed(call, before, consumers.archive(call.tx(), before.id()));
    }

    private Row locked(Call call, ConsumerId consumerId) {
        var row = consumers.lock(call.tx(), consumerId.value());
        if (row == null) {
            throw Problem.NOT_FOUND.refusal();
        }
        call.expect(row.version());
        return row;
    }

    private static void requireActive(Row row) {
        if (row.state().equals("archived")) {
            throw Problem.INVALID_STATE.because("The consumer is archived and can't be changed any more.");
        }
    }

    private static Reply<ApiConsumer> changed(Call call, Row before, Row after) {
        var consumer = toApi(after);
        call.changed(consumer.id(), toApi(before), consumer);
        call.credentialsChanged();
        return Reply.ok(consumer);
    }

    private static ApiConsumerPatch patchable(Row row) {
        return new ApiConsumerPatch(row.externalId(), row.name(), row.ownerName(), row.contactEmail(), row.scopes(),
                ActsAs.fromValue(row.actsAs()), setting(row.rateLimit(), row.rateWindowSeconds()));
    }

    static ApiConsumer toApi(Row row) {
        return new ApiConsumer(
                new ConsumerId(row.id()), row.externalId(), row.name(), row.ownerName(), row.contactEmail(), row.scopes(),
                ActsAs.fromValue(row.actsAs()), setting(row.rateLimit(), row.rateWindowSeconds()), ActiveState.fromValue(row.state()),
                row.archivedAt(), row.createdAt(), row.updatedAt(), row.version());
    }

    static @Nullable Long limit(@Nullable RateLimitSetting setting) {
        return setting == null ? null : (long) setting.limit();
    }

    static @Nullable Integer window(@Nullable RateLimitSetting setting) {
        return setting == null ? null : setting.windowSeconds();
    }

    static @Nullable RateLimitSetting setting(@Nullable Long limit, @Nullable Integer windowSeconds) {
        return limit == null || windowSeconds == null ? null : new RateLimitSetting(limit.intValue(), windowSeconds);
    }
}
