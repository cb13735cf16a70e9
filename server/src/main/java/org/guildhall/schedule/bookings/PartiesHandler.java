package org.guildhall.schedule.bookings;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.guildhall.api.Reply;
import org.guildhall.api.model.CreatedParty;
import org.guildhall.api.model.NewParty;
import org.guildhall.api.model.Party;
import org.guildhall.api.model.PartyId;
import org.guildhall.api.schedule.PartiesApi;
import org.guildhall.core.http.Call;
import org.guildhall.core.problem.Require;
import org.guildhall.schedule.bookings.NewBookings.Wanted;
import org.guildhall.schedule.bookings.Parties.Request;

/** Parties: {@code /schedule/parties}. */
final class PartiesHandler implements PartiesApi<Call> {

    private final Parties booking;
    private final PartyStore parties;
    private final Acting acting;

    PartiesHandler(Parties booking, PartyStore parties, Acting acting) {
        this.booking = booking;
        this.parties = parties;
        this.acting = acting;
    }

    @Override
    public Reply<CreatedParty> createParty(Call call, NewParty body) {
        UUID actingId = body.actingPersonId() == null ? null : body.actingPersonId().value();
        var made = booking.book(call.tx(), action -> call.changes().secondary(), new Request(
                body.sessionId().value(), wanted(body), body.mode().value(), Boolean.TRUE.equals(body.waitlist()), body.holdSeconds(), actingId,
                call.caller().consumer(), wanted -> acting.refusal(call, actingId, wanted.personId(), wanted.organizationId())));
        var shown = BookingViews.toApi(made.party());
        call.created(shown.id(), shown);
        for (var line : made.lines()) {
            if (line.created() != null) {
                var created = BookingViews.toApi(line.created().row());
                call.changes().secondary().created(created.id(), created);
            }
        }
        return Reply.created("/api/v1/schedule/parties/" + shown.id(), BookingViews.toApi(made));
    }

    @Override
    public Reply<Party> getParty(Call call, PartyId partyId) {
        return Reply.ok(BookingViews.toApi(Require.found(parties.get(call.tx(), partyId.value()))));
    }

    private static List<Wanted> wanted(NewParty body) {
        var all = new ArrayList<Wanted>();
        for (var person : body.persons()) {
            var organization = person.organizationId() == null ? null : person.organizationId().value();
            all.add(new Wanted(person.personId().value(), organization, person.externalId(), person.note(), "/persons/" + all.size()));
        }
        return all;
    }
}
