package org.guildhall.runtime.pickups;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.guildhall.api.model.PickupAuthorityId;
import org.guildhall.core.audit.Changes;
import org.guildhall.core.data.Ids;
import org.guildhall.core.data.Tx;
import org.guildhall.core.json.Texts;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.guildhall.core.problem.Require;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.work.TaskQueue;
import org.guildhall.runtime.pickups.PickupAuthorityStore.Authorized;
import org.guildhall.runtime.pickups.PickupAuthorityStore.New;
import org.guildhall.runtime.pickups.PickupAuthorityStore.Row;
import org.guildhall.runtime.pickups.PickupHouseholdStore.Member;
import org.guildhall.runtime.pickups.PickupHouseholdStore.Person;
import org.guildhall.tasks.Tasks;
import org.jspecify.annotations.Nullable;

/**
 * The life of pickup authorities: proposed, confirmed or taken back, ended. Each has one operational task, which the confirmation or the end completes.
 * The order of locks is: the persons, the household, its members, the authorities, the task.
 */
public final class PickupAuthorities {

    /** The maximal number of unfinished authorities for a dependent in a household. */
    static final int LIVING_MAX = 20;

    private static final String WORKFLOW = "Households";
    private static final String TEAM = "Front desk";
    private static final int NAME_MAX = 100;

    private final PickupAuthorityStore authorities;
    private final PickupHouseholdStore households;
    private final Tasks tasks;
    private final TaskQueue queue;

    PickupAuthorities(PickupAuthorityStore authorities, PickupHouseholdStore households, Tasks tasks, TaskQueue queue) {
        this.authorities = authorities;
        this.households = households;
        this.tasks = tasks;
        this.queue = queue;
    }

    /** A proposal. @param taskId an existing task about it; null to create one */
    record Proposal(
            @Nullable String externalId, UUID householdId, UUID dependentPersonId, Authorized authorized, Acting acting, @Nullable UUID taskId) {}

    /** The acting person of a request. @param personId null for an operator who acts for nobody @param asMember true if the consumer must name a person */
    record Acting(@Nullable UUID personId, boolean asMember) {}

    /** A locked authority with the members of its household. */
    record Locked(Row row, List<Member> members) {}

    /**
     * Proposes an authority. The caller records it as created.
     *
     * @param changes gets the task
     * @throws ProblemException as the operation's description says
     */
    Row propose(Tx tx, Changes changes, Proposal proposal) {
        var batch = new Batch();
        var persons = households.persons(batch, personIds(proposal));
        var household = households.household(batch, proposal.householdId());
        var members = households.members(batch, proposal.householdId());
        var living = authorities.lockLiving(batch, proposal.householdId(), proposal.dependentPersonId());
        batch.send(tx);
        var dependent = requirePerson(persons.get(), proposal.dependentPersonId(), "/dependent_person_id");
        var authorizedId = proposal.authorized().personId();
        var authorized = authorizedId == null ? null : requirePerson(persons.get(), authorizedId, "/authorized/person_id");
        Require.active(Require.named(household.get(), "/household_id", "household"), "/household_id", "household");
        requireAdult(proposal.acting(), members.get());
        requireRoles(proposal, members.get());
        requireRoom(tx, changes, proposal.authorized(), living.get());
        var id = Ids.next();
        var name = authorized == null ? String.valueOf(proposal.authorized().name()) : authorized.name();
        var inserted = authorities.insert(tx, new New(
                id, proposal.externalId(), proposal.householdId(), proposal.dependentPersonId(), proposal.authorized(), proposal.acting().personId(),
                proposal.taskId() == null ? createTask(tx, changes, id, dependent.name(), name) : requireTask(tx, proposal.taskId())));
        queue.enqueueAt(tx, ExpirePickupsJob.NAME, inserted.id(), inserted.expiresAt());
        return inserted;
    }

    /** Locks an authority and the members of its household. @throws ProblemException {@code not_found} if there is none */
    Locked lock(Tx tx, UUID id) {
        var found = Require.found(authorities.get(tx, id));
        var batch = new Batch();
        households.household(batch, found.householdId());
        var members = households.members(batch, found.householdId());
        var locked = authorities.lock(batch, id);
        batch.send(tx);
        return new Locked(Require.found(locked.get()), members.get());
    }

    /** Confirms a proposal for an adult of the household. */
    Row confirm(Tx tx, Changes changes, Locked locked, UUID adult) {
        var before = locked.row();
        requireState(before, "proposed");
        requireAdult(new Acting(adult, false), locked.members());
        if (adult.equals(before.proposedBy()) && locked.members().stream().filter(Member::isAdult).count() > 1) {
            throw Problem.NOT_GUARDIAN.because("The acting person proposed it, so another adult of the household must confirm it.");
        }
        var after = authorities.confirm(tx, before.id(), adult);
        record(changes, before, after);
        tasks.complete(tx, changes, before.taskId(), Tasks.Outcome.DONE, "The pickup authority was confirmed.");
        return after;
    }

    /** Takes a proposal back. */
    Row withdraw(Tx tx, Changes changes, Locked locked, Acting acting) {
        requireState(locked.row(), "proposed");
        requireAdult(acting, locked.members());
        return finish(tx, changes, locked.row(), "withdrawn");
    }

    /** Ends a confirmed authority. */
    Row end(Tx tx, Changes changes, Locked locked, Acting acting) {
        requireState(locked.row(), "confirmed");
        requireAdult(acting, locked.members());
        return finish(tx, changes, locked.row(), "ended");
    }

    /**
     * Writes the end of a proposal that has expired.
     *
     * @return the instant at which it will expire; null if it is written, or was confirmed or withdrawn
     */
    @Nullable Instant expire(Tx tx, Changes changes, UUID id) {
        var row = authorities.lockProposed(tx, id);
        if (row == null) {
            return null;
        }
        if (row.state().equals("proposed")) {
            return row.expiresAt();
        }
        finish(tx, changes, row, "expired");
        return null;
    }

    /** Locks the unfinished authorities for the dependents among some members of households. */
    public Supplier<Living> lockOfMembers(Batch batch, List<UUID> memberIds) {
        var rows = authorities.lockLivingOfMembers(batch, memberIds);
        return () -> new Living(rows.get());
    }

    /** Locks the unfinished authorities of an authorized person. */
    public Supplier<Living> lockOfAuthorized(Batch batch, UUID personId) {
        var rows = authorities.lockLivingOfAuthorized(batch, personId);
        return () -> new Living(rows.get());
    }

    /** Locked authorities that aren't finished. */
    public static final class Living {

        private final List<Row> rows;

        private Living(List<Row> rows) {
            this.rows = rows;
        }
    }

    /** Ends authorities whose dependent, household or authorized person is gone. Proposals are withdrawn. */
    public void endAll(Tx tx, Changes changes, Living living) {
        for (var row : living.rows) {
            finish(tx, changes, row, switch (row.state()) {
                case "confirmed" -> "ended";
                case "expired" -> "expired";
                default -> "withdrawn";
            });
        }
    }

    private Row finish(Tx tx, Changes changes, Row before, String state) {
        var after = authorities.finish(tx, before.id(), state);
        record(changes, before, after);
        if (!state.equals("ended")) {
            tasks.complete(tx, changes, before.taskId(), Tasks.Outcome.NO_LONGER_NEEDED, state.equals("expired")
                    ? "Nobody confirmed the pickup authority in 30 days."
                    : "The proposal of the pickup authority was withdrawn.");
        }
        return after;
    }

    private static void record(Changes changes, Row before, Row after) {
        changes.changed(new PickupAuthorityId(after.id()), PickupViews.toApi(before), PickupViews.toApi(after));
    }

    private UUID createTask(Tx tx, Changes changes, UUID id, String dependent, String authorized) {
        return tasks.create(tx, changes, new Tasks.NewTask(
                "Confirm who may pick up " + Texts.cut(dependent, NAME_MAX),
                Texts.cut(authorized, NAME_MAX) + " is proposed. An adult of the household must confirm it within 30 days.",
                TEAM, null, Tasks.Priority.NORMAL, WORKFLOW, new Tasks.Entity("pickup_authority", id)));
    }

    private UUID requireTask(Tx tx, UUID id) {
        var isFinished = tasks.isFinished(tx, id);
        if (Require.named(isFinished, "/task_id", "task")) {
            throw Problem.INVALID_STATE.at("/task_id", "The task is finished.");
        }
        return id;
    }

    /** Refuses an authority that exists already or is one too many, after the end of expired proposals is written. */
    private void requireRoom(Tx tx, Changes changes, Authorized wanted, List<Row> living) {
        int remaining = 0;
        for (var row : living) {
            if (row.state().equals("expired")) {
                finish(tx, changes, row, "expired");
            } else if (isSame(row.authorized(), wanted)) {
                var id = new PickupAuthorityId(row.id()).toString();
                throw Problem.ALREADY_EXISTS
                        .at("/authorized", "The pickup authority " + id + " of the same person is " + row.state() + ".")
                        .member("existing_id", id);
            } else {
                remaining++;
            }
        }
        if (remaining >= LIVING_MAX) {
            throw Problem.CONFLICT.because(
                    "The dependent has " + LIVING_MAX + " pickup authorities in this household, which is the maximum. End or withdraw one first.");
        }
    }

    private static boolean isSame(Authorized one, Authorized other) {
        return one.personId() == null || other.personId() == null
                ? one.name() != null && one.name().equalsIgnoreCase(other.name())
                : one.personId().equals(other.personId());
    }

    private static void requireRoles(Proposal proposal, List<Member> members) {
        if (members.stream().noneMatch(member -> member.personId().equals(proposal.dependentPersonId()) && !member.isAdult())) {
            throw Problem.VALIDATION_FAILED.at("/dependent_person_id", "The person isn't a dependent of the household.");
        }
        var authorized = proposal.authorized().personId();
        if (proposal.dependentPersonId().equals(authorized)) {
            throw Problem.VALIDATION_FAILED.at("/authorized/person_id", "The dependent can't be the authorized person.");
        }
        if (members.stream().anyMatch(member -> member.personId().equals(authorized) && member.isAdult())) {
            throw Problem.VALIDATION_FAILED.at("/authorized/person_id", "An adult of the household may pick up its dependents already.");
        }
    }

    private static void requireAdult(Acting acting, List<Member> members) {
        if (acting.personId() == null) {
            if (acting.asMember()) {
                throw Problem.NOT_GUARDIAN.because("`acting_person_id` is required from a consumer that acts as a member.");
            }
        } else if (members.stream().noneMatch(member -> member.personId().equals(acting.personId()) && member.isAdult())) {
            throw Problem.NOT_GUARDIAN.because("The acting person isn't an adult of the household.");
        }
    }

    private static void requireState(Row row, String state) {
        if (!row.state().equals(state)) {
            throw Problem.INVALID_STATE.because("The pickup authority is " + row.state() + ".");
        }
    }

    private static Person requirePerson(List<Person> persons, UUID id, String pointer) {
        var person = Require.named(persons.stream().filter(found -> found.id().equals(id)).findFirst().orElse(null), pointer, "person");
        Require.active(person.state(), pointer, "person");
        return person;
    }

    private static List<UUID> personIds(Proposal proposal) {
        var ids = new ArrayList<UUID>(List.of(proposal.dependentPersonId()));
        if (proposal.authorized().personId() != null) {
            ids.add(proposal.authorized().personId());
        }
        return ids;
    }
}
