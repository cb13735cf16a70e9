package org.guildhall.schedule.bookings;

import static org.guildhall.core.problem.Problem.VALIDATION_FAILED;

import org.guildhall.core.audit.JobTransactions;
import org.guildhall.core.auth.Keys;
import org.guildhall.core.data.Db;
import org.guildhall.core.http.Api;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.Runtime;
import org.guildhall.schedule.sessions.SessionPlaces;
import org.guildhall.schedule.sessions.SessionStore;
import org.guildhall.tasks.Tasks;

/** Wires bookings and parties. */
public final class BookingsModule {

    private final Db jobs;
    private final TaskQueue queue;
    private final SessionStore sessions;
    private final Runtime runtime;
    private final Tasks tasks;
    private final BookingStore bookings = new BookingStore();
    private final PartyStore parties = new PartyStore();
    private final BookedPersonStore persons = new BookedPersonStore();
    private final BookingSecrets secrets;
    private final BookingAllowances allowances;
    private final BookingWriter writer;
    private final Promotions promotions;
    private final BookedSessions booked;

    /** @param jobs the connections of jobs */
    public BookingsModule(Db jobs, TaskQueue queue, Keys keys, Runtime runtime, Tasks tasks, SessionStore sessions) {
        this.jobs = jobs;
        this.queue = queue;
        this.sessions = sessions;
        this.runtime = runtime;
        this.tasks = tasks;
        this.secrets = new BookingSecrets(keys);
        this.allowances = new BookingAllowances(runtime);
        this.writer = new BookingWriter(bookings, allowances, queue);
        this.promotions = new Promotions(bookings, persons, allowances, writer, queue);
        this.booked = new BookedSessions(sessions, bookings, persons, allowances, writer, promotions);
    }

    /** What a change of a session does to its bookings. */
    public SessionPlaces places() {
        return new PlaceChanges(booked, bookings, allowances, writer, promotions, queue);
    }

    /** The rules about callers who act for persons. */
    public Acting acting() {
        return new Acting(persons);
    }

    /** Cancels the bookings of persons who are archived, soon after. */
    public Runtime.ArchivedPersons archivedPersons() {
        return (tx, personId) -> {
            persons.lock(tx, personId);
            queue.enqueue(tx, ArchivedPersonsJob.NAME, personId);
        };
    }

    /** Registers the background work. */
    public void schedule() {
        var transactions = new JobTransactions(jobs);
        queue.on(DueBookingsJob.NAME, TaskQueue.Policy.DUE, new DueBookingsJob(transactions, booked, bookings));
        queue.on(ArchivedPersonsJob.NAME, TaskQueue.Policy.DUE, new ArchivedPersonsJob(transactions, booked, bookings, writer, promotions));
        queue.on(BookingMessageJob.NAME, TaskQueue.Policy.DUE, new BookingMessageJob(transactions, bookings, persons, sessions, runtime, tasks));
    }

    /** Registers the handlers. */
    public void bind(Api api) {
        var acting = acting();
        var places = new NewBookings(bookings, persons, allowances, writer, secrets);
        var booking = new Bookings(booked, bookings, writer, promotions, places);
        new BookingsHandler(booking, bookings, sessions, acting, secrets).bind(api.routes());
        new PartiesHandler(new Parties(booked, parties, places), parties, acting).bind(api.routes());
        api.constraints()
                .on("bookings_booked_by", VALIDATION_FAILED, "/acting_person_id", "There is no such person.")
                .on("bookings_organization", VALIDATION_FAILED, "/organization_id", "There is no such organization.");
    }
}
