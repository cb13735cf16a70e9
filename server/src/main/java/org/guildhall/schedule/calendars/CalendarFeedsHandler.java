package org.guildhall.schedule.calendars;

import org.guildhall.api.Page;
import org.guildhall.api.Reply;
import org.guildhall.api.model.CalendarFeed;
import org.guildhall.api.model.CalendarFeedId;
import org.guildhall.api.model.CalendarFeedState;
import org.guildhall.api.model.CreatedCalendarFeed;
import org.guildhall.api.model.ListCalendarFeedsQuery;
import org.guildhall.api.model.NewCalendarFeed;
import org.guildhall.api.model.PersonId;
import org.guildhall.api.schedule.CalendarFeedsApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.TimeWindow;
import org.guildhall.schedule.bookings.Acting;
import org.guildhall.schedule.calendars.CalendarFeedStore.Filter;
import org.guildhall.schedule.calendars.CalendarFeedStore.Row;

/** Calendar feeds: {@code /schedule/calendar-feeds}. */
final class CalendarFeedsHandler implements CalendarFeedsApi<Call> {

    private final CalendarFeedStore feeds;
    private final CalendarTokens tokens;
    private final Acting acting;
    private final String publicUrl;

    CalendarFeedsHandler(CalendarFeedStore feeds, CalendarTokens tokens, Acting acting, String publicUrl) {
        this.feeds = feeds;
        this.tokens = tokens;
        this.acting = acting;
        this.publicUrl = publicUrl;
    }

    @Override
    public Reply<CreatedCalendarFeed> createCalendarFeed(Call call, NewCalendarFeed body) {
        var person = body.personId().value();
        acting.require(call, body.actingPersonId() == null ? null : body.actingPersonId().value(), person, null);
        var row = feeds.insert(call.tx(), person);
        if (row == null) {
            throw Problem.VALIDATION_FAILED.at("/person_id", "There is no such person, or the person is archived.");
        }
        var feed = toApi(row);
        call.created(feed.id(), feed);
        var token = tokens.token(new CalendarTokens.Feed(call.tx().tenant(), row.id()));
        return Reply.created("/api/v1/schedule/calendar-feeds/" + feed.id(), new CreatedCalendarFeed(
                feed.id(), feed.personId(), feed.state(), feed.revokedAt(), feed.createdAt(), feed.updatedAt(), feed.version(),
                publicUrl + PersonalCalendarPages.PATH.replace("{token}", token)));
    }

    @Override
    public Reply<Page<CalendarFeed>> listCalendarFeeds(Call call, ListCalendarFeedsQuery query) {
        var filter = new Filter(
                query.personId() == null ? null : query.personId().value(), query.state() == null ? null : query.state().value(),
                new TimeWindow(query.createdAfter(), query.createdFrom(), query.createdBefore()));
        return Reply.list(feeds.list(call.tx(), call.page(), filter).map(CalendarFeedsHandler::toApi));
    }

    @Override
    public Reply<CalendarFeed> getCalendarFeed(Call call, CalendarFeedId calendarFeedId) {
        return Reply.ok(toApi(Require.found(feeds.get(call.tx(), calendarFeedId.value()))));
    }

    @Override
    public Reply<CalendarFeed> revokeCalendarFeed(Call call, CalendarFeedId calendarFeedId) {
        var before = Require.found(feeds.lock(call.tx(), calendarFeedId.value()));
        call.expect(before.version());
        if (before.state().equals("revoked")) {
            throw Problem.INVALID_STATE.because("The calendar feed is revoked.");
        }
        var feed = toApi(feeds.revoke(call.tx(), before.id()));
        call.changed(feed.id(), toApi(before), feed);
        return Reply.ok(feed);
    }

    private static CalendarFeed toApi(Row row) {
        return new CalendarFeed(
                new CalendarFeedId(row.id()), new PersonId(row.personId()), CalendarFeedState.fromValue(row.state()), row.revokedAt(), row.createdAt(),
                row.updatedAt(), row.version());
    }
}
