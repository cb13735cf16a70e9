package org.guildhall.smoke;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.guildhall.client.ProblemException;
import org.guildhall.client.model.GrantKind;
import org.guildhall.client.model.Integration;
import org.guildhall.client.model.MembershipRole;
import org.guildhall.client.model.NewUsageEvent;
import org.guildhall.client.model.OrgType;
import org.guildhall.client.model.Organization;
import org.guildhall.client.model.Person;
import org.guildhall.client.model.PlanStanding;

/** The members of the wiki co-operative: persons with one free wiki, groups with many, and one person with a trial. */
final class WikiMembers {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 5;

    /** The person who tries Standard for a few seconds and is on Public afterwards. */
    static final String EXAMPLE = "noor-de-vries";

    private static final Duration EXAMPLE_TRIAL = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Duration MONTH = Duration.ofDays(30);

    private static final Map<String, LocalDate> PEOPLE = Map.ofEntries(
            Map.entry("Anouk Visser", LocalDate.of(1984, 5, 2)), Map.entry("Bram Dekker", LocalDate.of(1979, 11, 23)),
            Map.entry("Carlijn Smit", LocalDate.of(1991, 2, 14)), Map.entry("Daan Mulder", LocalDate.of(1996, 8, 9)),
            Map.entry("Esra Yilmaz", LocalDate.of(1988, 12, 30)), Map.entry("Femke Bos", LocalDate.of(1973, 4, 17)),
            Map.entry("Gijs Peters", LocalDate.of(2000, 7, 6)), Map.entry("Hafsa El Amrani", LocalDate.of(1993, 10, 19)),
            Map.entry("Ilse Hendriks", LocalDate.of(1982, 1, 28)), Map.entry("Joost van Leeuwen", LocalDate.of(1969, 9, 12)),
            Map.entry("Noor de Vries", LocalDate.of(1995, 3, 21)));

    private final CatalogSeed catalog;
    private final RuntimeSeed runtime;
    private final Integration fedwiki;
    private final Map<String, Person> people = new LinkedHashMap<>();

    private WikiMembers(CatalogSeed catalog, RuntimeSeed runtime) {
        this.catalog = catalog;
        this.runtime = runtime;
        this.fedwiki = catalog.integration("fedwiki", "Federated Wiki", List.of());
    }

    static void fill(CatalogSeed catalog, RuntimeSeed runtime, Progress progress) {
        var members = new WikiMembers(catalog, runtime);
        PEOPLE.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(person -> {
            var key = person.getKey().toLowerCase(Locale.ROOT).replace(' ', '-');
            members.people.put(key, runtime.person(key, person.getKey(), person.getValue()));
        });
        progress.step(PEOPLE.size() + " people, each with exactly Public");
        members.trial();
        progress.step("one of them tries Standard");
        members.groups();
        progress.step("co-operatives on Standard and Flexible");
        members.sites();
        progress.step("their sites, and what is stored in them");
        members.afterTheTrial();
        progress.step("the trial is over, and Public applies again");
    }

    /** A trial of rank 1 replaces the default tier and allows a second site. */
    private void trial() {
        runtime.grant("trial-" + EXAMPLE, own(EXAMPLE), catalog.productOf("fedwiki-standard").id(), grant -> grant.withKind(GrantKind.TRIAL)
                .withEndsAt(Instant.now().plus(EXAMPLE_TRIAL)).withReason("To see how far it goes."));
        runtime.site("notebook", own(EXAMPLE), fedwiki, "Notebook");
        try {
            runtime.site("reading-group", own(EXAMPLE), fedwiki, "Reading group");
        } catch (ProblemException late) {
            // If this runs after the trial's end, the second site exceeds the limit; any other failure counts.
            if (!late.is("entitlement_exceeded")) {
                throw late;
            }
        }
    }

    /** A trial is over at its end, even before the server records it. The next change records it, dated at that instant. */
    private void afterTheTrial() {
        var until = Instant.now().plus(PATIENCE);
        while (!plan(EXAMPLE).tierName().equals("Public")) {
            if (Instant.now().isAfter(until)) {
                throw new IllegalStateException("the trial of " + EXAMPLE + " has not ended");
            }
            try {
                Thread.sleep(100);
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        runtime.used(List.of(new NewUsageEvent("stored-" + EXAMPLE, own(EXAMPLE), "fedwiki.storage_mb", 3)));
    }

    private PlanStanding plan(String key) {
        return runtime.entitlements(own(key)).plans().getFirst();
    }

    private void groups() {
        var type = catalog.orgType("cooperative", "Co-operative", "Members who run a service together.");
        var commons = group("commons", type, "Commons Wiki Co-operative", "anouk-visser", "bram-dekker", "esra-yilmaz");
        runtime.grant("plan-commons", commons.id(), catalog.productOf("fedwiki-flexible").id(), grant -> grant.withReason("It is their own house."));
        var gardeners = group("delta-gardeners", type, "Delta Gardeners", "femke-bos", "gijs-peters");
        runtime.grant("plan-delta-gardeners", gardeners.id(), catalog.productOf("fedwiki-standard").id(), UnaryOperator.identity());
        runtime.grant("storage-delta-gardeners", gardeners.id(), catalog.productOf("fedwiki-extra-storage").id(), UnaryOperator.identity());
        var kitchen = group("bicycle-kitchen", type, "Bicycle Kitchen", "joost-van-leeuwen", "hafsa-el-amrani");
        runtime.grant("trial-bicycle-kitchen", kitchen.id(), catalog.productOf("fedwiki-standard").id(), grant -> grant.withKind(GrantKind.TRIAL)
                .withEndsAt(Instant.now().plus(MONTH)).withReason("A month to move their manuals."));
        sites(commons, "handbook", "minutes", "translations");
        sites(gardeners, "seed-library", "plots");
        sites(kitchen, "wheels");
        runtime.used(List.of(
                new NewUsageEvent("stored-commons", commons.id(), "fedwiki.storage_mb", 840),
                new NewUsageEvent("stored-delta-gardeners", gardeners.id(), "fedwiki.storage_mb", 270),
                new NewUsageEvent("stored-bicycle-kitchen", kitchen.id(), "fedwiki.storage_mb", 35)));
    }

    /** An organization with an owner and members. */
    private Organization group(String key, OrgType type, String name, String owner, String... others) {
        var group = runtime.organization(key, type, name, person(owner));
        for (var other : others) {
            runtime.belongs(group, person(other), other.equals(others[0]) ? MembershipRole.ADMIN : MembershipRole.MEMBER);
        }
        return group;
    }

    private void sites(Organization group, String... keys) {
        for (var key : keys) {
            runtime.site(key, group.id(), fedwiki, Character.toUpperCase(key.charAt(0)) + key.substring(1).replace('-', ' '));
        }
    }

    private void sites() {
        for (var key : List.of("carlijn-smit", "daan-mulder", "ilse-hendriks")) {
            runtime.site("pages-" + key, own(key), fedwiki, "Pages");
        }
        runtime.used(List.of(
                new NewUsageEvent("stored-carlijn-smit", own("carlijn-smit"), "fedwiki.storage_mb", 13),
                new NewUsageEvent("stored-daan-mulder", own("daan-mulder"), "fedwiki.storage_mb", 4)));
    }

    private Person person(String key) {
        return Objects.requireNonNull(people.get(key), key);
    }

    /** The id of a person's personal organization. */
    private String own(String key) {
        return person(key).personalOrganizationId();
    }
}
