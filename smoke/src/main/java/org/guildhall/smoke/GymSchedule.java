package org.guildhall.smoke;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.Arrays;
import java.util.List;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.AllowanceUse;
import org.guildhall.client.model.ClassType;
import org.guildhall.client.model.ListBookingsOptions;
import org.guildhall.client.model.ListClassTypesOptions;
import org.guildhall.client.model.ListLocationsOptions;
import org.guildhall.client.model.ListOrganizationsOptions;
import org.guildhall.client.model.ListPersonsOptions;
import org.guildhall.client.model.ListPersonsSort;
import org.guildhall.client.model.ListSeriesOptions;
import org.guildhall.client.model.ListSessionsOptions;
import org.guildhall.client.model.Location;
import org.guildhall.client.model.NewBooking;
import org.guildhall.client.model.NewClassType;
import org.guildhall.client.model.NewLocation;
import org.guildhall.client.model.NewParty;
import org.guildhall.client.model.NewPerson;
import org.guildhall.client.model.NewSeries;
import org.guildhall.client.model.NewSession;
import org.guildhall.client.model.PartyMode;
import org.guildhall.client.model.PartyPerson;
import org.guildhall.client.model.Person;
import org.guildhall.client.model.Promotion;
import org.guildhall.client.model.Series;
import org.guildhall.client.model.Session;

/** The classes of Winter Street: two kinds in two studios, the series of Coach Sarah, a first visit, and a full session with a waitlist. */
final class GymSchedule {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 4;

    private static final int WAITLIST_PLACES = 5;
    private static final int EXCEPTION_AFTER_DAYS = 9;
    private static final int FULL_CAPACITY = 2;
    private static final int FIRST_VISITS = 4;
    private static final int BOOKED = 4;
    private static final ZoneId ZONE = ZoneId.of("Australia/Sydney");

    private final Guildhall guildhall;

    private GymSchedule(Guildhall guildhall) {
        this.guildhall = guildhall;
    }

    static void fill(Guildhall guildhall, Progress progress) {
        var schedule = new GymSchedule(guildhall);
        var studio = schedule.location("studio-1", new NewLocation("Studio 1").withAddress("12 Winter Street, Sydney").withPlaces(24));
        var dojo = schedule.location("dojo", new NewLocation("Dojo").withAddress("14 Winter Street, Sydney").withPlaces(30));
        var spin = schedule.classType("spin-45", new NewClassType("Spin 45", 45, 20).withWaitlistPlaces(WAITLIST_PLACES).withColor("#2F6FDE"));
        var judo = schedule.classType("kids-judo", new NewClassType("Kids' judo", 60, 12)
                .withWaitlistPlaces(WAITLIST_PLACES).withAgeMin(6).withAgeMax(12).withPromotion(Promotion.OFFER).withColor("#D9822B")
                .withNeeds(new AllowanceUse("studio.classes", 1)));
        progress.step("two kinds of class in two studios");
        var sarah = schedule.coach();
        var tomorrow = LocalDate.now(ZONE).plusDays(1);
        var saturday = tomorrow.with(TemporalAdjusters.nextOrSame(DayOfWeek.SATURDAY));
        schedule.series("spin-mornings", new NewSeries(spin.id(), tomorrow + "T06:00", "FREQ=DAILY")
                .withName("Spin with Sarah").withLocationId(studio.id()).withCoachPersonId(sarah.id()).withZone(ZONE.getId())
                .withExceptions(List.of(tomorrow.plusDays(EXCEPTION_AFTER_DAYS))));
        var kids = schedule.series("kids-judo", new NewSeries(judo.id(), saturday + "T10:00", "FREQ=WEEKLY;BYDAY=SA")
                .withLocationId(dojo.id()).withCoachPersonId(sarah.id()).withZone(ZONE.getId()));
        schedule.book(schedule.first(kids), "sofia-rossi", "family-rossi");
        progress.step("the week of Coach Sarah as two series");
        var trial = schedule.classType("kids-judo-trial", new NewClassType("Kids' judo, first visit", 60, 4)
                .withAgeMin(6).withAgeMax(12).withColor("#D9822B"));
        schedule.visit(schedule.session(trial, dojo, "first-visit-" + saturday, at(saturday, LocalTime.of(10, 0)), FIRST_VISITS), "isla-morgan", "emma-morgan");
        progress.step("the first visit of Isla Morgan, whom her mother has booked");
        var full = schedule.session(spin, studio, "spin-small-" + saturday, at(saturday, LocalTime.of(18, 0)), FULL_CAPACITY);
        schedule.book(full);
        schedule.waitTogether(full, "priya-raman", "arjun-raman");
        progress.step("a full session with a waitlist, and a family that waits");
    }

    private static Instant at(LocalDate day, LocalTime time) {
        return day.atTime(time).atZone(ZONE).toInstant();
    }

    private Location location(String externalId, NewLocation values) {
        var locations = guildhall.schedule().locations();
        return CatalogSeed.ensure(
                () -> locations.list(new ListLocationsOptions().withExternalId(externalId)),
                () -> locations.create(values.withExternalId(externalId)));
    }

    private ClassType classType(String externalId, NewClassType values) {
        var classTypes = guildhall.schedule().classTypes();
        return CatalogSeed.ensure(
                () -> classTypes.list(new ListClassTypesOptions().withExternalId(externalId)),
                () -> classTypes.create(values.withExternalId(externalId)));
    }

    private Person coach() {
        var persons = guildhall.runtime().persons();
        return CatalogSeed.ensure(
                () -> persons.list(new ListPersonsOptions().withExternalId("coach-sarah")),
                () -> persons.create(new NewPerson("Coach Sarah").withExternalId("coach-sarah")));
    }

    private Series series(String externalId, NewSeries values) {
        var series = guildhall.schedule().series();
        return CatalogSeed.ensure(
                () -> series.list(new ListSeriesOptions().withExternalId(externalId)),
                () -> series.create(values.withExternalId(externalId)));
    }

    private Session first(Series series) {
        return guildhall.schedule().sessions().list(new ListSessionsOptions().withSeriesId(series.id()).withLimit(1)).data().getFirst();
    }

    private Session session(ClassType type, Location location, String externalId, Instant starts, int capacity) {
        var sessions = guildhall.schedule().sessions();
        return CatalogSeed.ensure(
                () -> sessions.list(new ListSessionsOptions().withExternalId(externalId)),
                () -> sessions.create(new NewSession(type.id(), starts).withExternalId(externalId).withLocationId(location.id()).withCapacity(capacity)));
    }

    /** Books for a member, with a class of the organization. */
    private void book(Session session, String personId, String organizationId) {
        var person = guildhall.runtime().persons().list(new ListPersonsOptions().withExternalId(personId)).data().getFirst();
        var organization = guildhall.runtime().organizations().list(new ListOrganizationsOptions().withExternalId(organizationId)).data().getFirst();
        var bookings = guildhall.schedule().bookings();
        if (bookings.list(new ListBookingsOptions().withSessionId(session.id()).withPersonId(person.id())).data().isEmpty()) {
            bookings.create(new NewBooking(session.id(), person.id()).withOrganizationId(organization.id()));
        }
    }

    /** Books a first visit for a child, for whom a parent acts and stays to watch. */
    private void visit(Session session, String childId, String parentId) {
        var persons = guildhall.runtime().persons();
        var child = persons.list(new ListPersonsOptions().withExternalId(childId)).data().getFirst();
        var parent = persons.list(new ListPersonsOptions().withExternalId(parentId)).data().getFirst();
        var bookings = guildhall.schedule().bookings();
        if (bookings.list(new ListBookingsOptions().withSessionId(session.id()).withPersonId(child.id())).data().isEmpty()) {
            bookings.create(new NewBooking(session.id(), child.id()).withActingPersonId(parent.id()).withNote("Her mother Emma stays to watch."));
        }
    }

    /** Lets a party wait for a full session. */
    private void waitTogether(Session session, String... personIds) {
        var bookings = guildhall.schedule().bookings();
        var persons = Arrays.stream(personIds)
                .map(id -> guildhall.runtime().persons().list(new ListPersonsOptions().withExternalId(id)).data().getFirst())
                .toList();
        if (bookings.list(new ListBookingsOptions().withSessionId(session.id()).withPersonId(persons.getFirst().id())).data().isEmpty()) {
            guildhall.schedule().parties().create(new NewParty(
                    session.id(), persons.stream().map(person -> new PartyPerson(person.id())).toList(), PartyMode.ALL_OR_NOTHING).withWaitlist(true));
        }
    }

    /** Books for some members; two get a place, the others wait. */
    private void book(Session session) {
        var bookings = guildhall.schedule().bookings();
        var persons = guildhall.runtime().persons().list(new ListPersonsOptions().withSort(ListPersonsSort.CREATED_AT).withLimit(BOOKED));
        for (Person person : persons.data()) {
            var known = bookings.list(new ListBookingsOptions().withSessionId(session.id()).withPersonId(person.id()));
            if (known.data().isEmpty()) {
                bookings.create(new NewBooking(session.id(), person.id()).withWaitlist(true));
            }
        }
    }
}
