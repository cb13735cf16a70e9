package org.guildhall.smoke;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.guildhall.client.model.GrantKind;
import org.guildhall.client.model.Household;
import org.guildhall.client.model.HouseholdRole;
import org.guildhall.client.model.MembershipRole;
import org.guildhall.client.model.NewTransition;
import org.guildhall.client.model.NewUsageEvent;
import org.guildhall.client.model.Organization;
import org.guildhall.client.model.Person;
import org.guildhall.client.model.TransitionKind;

/**
 * The members of Winter Street: sixty adults, juniors and families with memberships, add-ons, trials and this week's visits. The people are
 * in {@code winter-street.csv}, beside this class.
 */
final class GymMembers {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 7;

    private static final int ADULT_YEARS = 18;
    private static final Duration TRIAL = Duration.ofDays(14);
    private static final Duration PACK = Duration.ofDays(180);

    /** Families that share one membership. */
    private static final Map<String, String> FAMILY_PLANS =
            Map.of("rossi", "marco-rossi", "raman", "priya-raman", "cohen", "miriam-cohen", "parata", "tane-parata");

    /** This week's visits by person; all others have none. */
    private static final Map<String, Integer> VISITS = Map.ofEntries(
            Map.entry("aaron-mitchell", 4), Map.entry("emma-sato", 5), Map.entry("bella-fontaine", 2), Map.entry("dimitri-volkov", 1),
            Map.entry("isaac-brown", 3), Map.entry("hannah-schmidt", 2), Map.entry("linh-nguyen", 3), Map.entry("minh-nguyen", 2),
            Map.entry("finn-walsh", 4), Map.entry("chidi-okafor", 2), Map.entry("viktor-horvat", 6), Map.entry("zachary-turner", 2));

    /** The persons with a training diary, which is a wiki. */
    private static final List<String> DIARIES = List.of("marco-rossi", "emma-sato", "viktor-horvat", "nina-petrova", "isaac-brown");

    /** A line of the member list. */
    private record Entry(String key, String name, LocalDate birthOn, String household, String plan, String extras) {}

    private final CatalogSeed catalog;
    private final RuntimeSeed runtime;
    private final Map<String, Person> people = new LinkedHashMap<>();
    private final Map<String, String> products = new HashMap<>();
    private final Map<String, Organization> families = new HashMap<>();

    private GymMembers(CatalogSeed catalog, RuntimeSeed runtime) {
        this.catalog = catalog;
        this.runtime = runtime;
    }

    static void fill(CatalogSeed catalog, RuntimeSeed runtime, Progress progress) {
        var members = new GymMembers(catalog, runtime);
        var entries = entries();
        entries.forEach(entry -> members.people.put(entry.key(), runtime.person(entry.key(), entry.name(), entry.birthOn())));
        progress.step(entries.size() + " people, each with what everybody gets");
        members.households(entries);
        progress.step("households, and families that train together");
        members.plans(entries);
        progress.step("memberships, and a week of trials");
        members.extras(entries);
        progress.step("lockers, guests and class packs");
        members.moves();
        progress.step("who trains more, less, or no longer");
        members.visits();
        progress.step("who came this week");
        var fedwiki = catalog.integration("fedwiki", "Federated Wiki", List.of());
        DIARIES.forEach(key -> runtime.site("diary-" + key, members.own(key), fedwiki, "Training diary"));
        progress.step("training diaries");
    }

    private void households(List<Entry> entries) {
        var households = new HashMap<String, Household>();
        for (var entry : entries) {
            if (!entry.household().isEmpty()) {
                var household = households.computeIfAbsent(entry.household(), key -> runtime.household(key, surname(entry) + " family"));
                var born = entry.birthOn();
                boolean adult = born.plusYears(ADULT_YEARS).isBefore(LocalDate.now());
                runtime.lives(household, person(entry.key()), adult ? HouseholdRole.ADULT : HouseholdRole.DEPENDENT);
            }
        }
        var type = catalog.orgType("household", "Household", "A family that trains together.");
        FAMILY_PLANS.forEach((key, owner) -> {
            var family = runtime.organization("family-" + key, type, households.get(key).name(), person(owner));
            families.put(key, family);
            entries.stream()
                    .filter(entry -> entry.household().equals(key) && !entry.key().equals(owner))
                    .forEach(entry -> runtime.belongs(family, person(entry.key()), MembershipRole.MEMBER));
        });
    }

    private void plans(List<Entry> entries) {
        var together = product("family");
        families.forEach((key, family) -> runtime.grant("family-" + key, family.id(), together, grant -> grant.withReason("Signed up together.")));
        var unlimited = product("adult-unlimited");
        for (var entry : entries) {
            var own = own(entry.key());
            if (entry.plan().equals("trial")) {
                runtime.grant("trial-" + entry.key(), own, unlimited, grant -> grant.withKind(GrantKind.TRIAL)
                        .withEndsAt(Instant.now().plus(TRIAL)).withReason("Two weeks to try it."));
            } else if (!entry.plan().isEmpty()) {
                runtime.grant("plan-" + entry.key(), own, product(entry.plan()), UnaryOperator.identity());
            }
        }
    }

    private void extras(List<Entry> entries) {
        for (var entry : entries) {
            for (var extra : entry.extras().split("\\+")) {
                if (!extra.isEmpty()) {
                    runtime.grant(extra + "-" + entry.key(), own(entry.key()), product(extra),
                            grant -> extra.equals("pack-10") ? grant.withEndsAt(Instant.now().plus(PACK)) : grant);
                }
            }
        }
    }

    private void moves() {
        var adults = catalog.tiers("adults");
        runtime.move("more-kieran-doyle", own("kieran-doyle"), new NewTransition(TransitionKind.UPGRADE)
                .withTargetTierId(adults.get("Unlimited").id()).withReason("Trains for a tournament."));
        runtime.move("less-hannah-schmidt", own("hannah-schmidt"), new NewTransition(TransitionKind.DOWNGRADE)
                .withTargetTierId(adults.get("Basic").id()).withEffectiveAt(Instant.now().plus(Duration.ofDays(30))).withReason("Exams next term."));
        var left = runtime.grant("plan-oscar-lindqvist", own("oscar-lindqvist"), product("adult-basic"), UnaryOperator.identity());
        runtime.revoke(left, "Moved to another city.");
    }

    private void visits() {
        var events = new ArrayList<NewUsageEvent>();
        VISITS.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(visitor -> {
            for (int visit = 1; visit <= visitor.getValue(); visit++) {
                events.add(new NewUsageEvent("visit-" + visitor.getKey() + "-" + visit, own(visitor.getKey()), "studio.classes", 1));
            }
        });
        runtime.used(events);
    }

    private String product(String externalId) {
        return products.computeIfAbsent(externalId, any -> catalog.productOf(externalId).id());
    }

    private Person person(String key) {
        return Objects.requireNonNull(people.get(key), key);
    }

    /** The id of a person's personal organization. */
    private String own(String key) {
        return person(key).personalOrganizationId();
    }

    private static String surname(Entry entry) {
        return entry.name().substring(entry.name().lastIndexOf(' ') + 1);
    }

    private static List<Entry> entries() {
        try (var lines = new BufferedReader(new InputStreamReader(
                Objects.requireNonNull(GymMembers.class.getResourceAsStream("winter-street.csv")), StandardCharsets.UTF_8))) {
            return lines.lines().skip(1).map(GymMembers::entry).toList();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Entry entry(String line) {
        var cells = line.split(",", -1);
        return new Entry(cells[0], cells[1], LocalDate.parse(cells[2]), cells[3], cells[4], cells[5]);
    }
}
