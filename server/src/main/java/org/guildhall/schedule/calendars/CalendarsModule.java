package org.guildhall.schedule.calendars;

import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.schedule.bookings.Acting;

/** Wires the calendars of persons. */
public final class CalendarsModule {

    private final Db db;
    private final Keys keys;
    private final String publicUrl;

    /** @param publicUrl the address of the server that callers use, without a slash at its end */
    public CalendarsModule(Db db, Keys keys, String publicUrl) {
        this.db = db;
        this.keys = keys;
        this.publicUrl = publicUrl;
    }

    /** Registers the handlers and the page. @param acting who may act for whom */
    public void bind(Api api, Acting acting) {
        var tokens = new CalendarTokens(keys);
        new CalendarFeedsHandler(new CalendarFeedStore(), tokens, acting, publicUrl).bind(api.routes());
        api.link(PersonalCalendarPages.PATH, new PersonalCalendarPages(tokens, db));
    }
}
