package org.guildhall.core;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.guildhall.Main;
import org.guildhall.core.data.TimeZones;
import org.guildhall.core.data.Tx;
import org.guildhall.core.log.BufferedLogAppender;
import org.junit.jupiter.api.Test;

/** The architecture rules: allowed dependencies between packages, names and visibility, each with its reason. */
class ArchitectureTest {

    /** From left to right: a room may use any room to its right, and only through its door. */
    private static final List<String> ROOMS = List.of("overview", "schedule", "billing", "runtime", "catalog", "providers", "tasks", "platform");

    /** The parts of a room, from left to right: a part may use any part to its right. */
    private static final Map<String, List<String>> PARTS = Map.of(
            "runtime", List.of("sites", "usage", "entitlements", "people", "pickups", "backfills", "plans", "rules", "imports"),
            "catalog", List.of("defaults", "plans", "products", "entitlements"),
            "tasks", List.of("messages", "suppressions", "preferences", "templates", "jobs", "operational"),
            "providers", List.of("alerts", "checks", "domains"),
            "billing", List.of(
                    "reconciliation", "deliveries", "checkout", "dunning", "plans", "ledger", "recovery", "payments", "invoices", "subscriptions",
                    "coupons", "accounts", "mirror", "fetches", "gocardless", "paystack", "stripe", "calls", "events", "connections"),
            "schedule", List.of("calendars", "bookings", "series", "sessions", "classes"),
            "platform", List.of("pages", "events"));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.guildhall");
    private static final JavaClasses SERVER = HOUSE.that(DescribedPredicate.describe("are the server's", ArchitectureTest::isOfTheServer));

    private static boolean isOfTheServer(JavaClass type) {
        var name = type.getPackageName();
        return name.equals("org.guildhall") || name.startsWith("org.guildhall.core")
                || ROOMS.stream().anyMatch(room -> name.startsWith("org.guildhall." + room));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(SERVER);
    }

    @Test
    void import_findsMoreThan100Classes() {
        assertTrue(SERVER.size() > 100, SERVER.size() + " classes");
    }

    @Test
    void httpServer_isUsedByCoreHttpOnly() {
        check(noClasses().that(not(resideInAPackage("org.guildhall.core.http..")))
                .should().dependOnClassesThat().resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..")
                .because("handlers return values, so that the reply is known before the commit and kept with it"));
        check(noClasses().that().resideInAPackage("org.guildhall.core.http.*..")
                .should().dependOnClassesThat().resideInAnyPackage("io.javalin..", "org.eclipse.jetty.server..", "jakarta.servlet..")
                .because("the parts of core.http read texts and bytes; only the pipeline has a request"));
    }

    @Test
    void partsOfCoreHttp_dependOnNoOtherPart() {
        check(noClasses().that().resideInAPackage("org.guildhall.core.http.*..")
                .should().dependOnClassesThat().resideInAPackage("org.guildhall.core.http")
                .because("the pipeline uses its parts, and a part can be read without the pipeline"));
        check(slices().matching("org.guildhall.core.http.(*)..").should().notDependOnEachOther()
                .because("content, limits and URIs have nothing in common"));
    }

    @Test
    void jooq_isUsedByStoresOnly() {
        var jooq = resideInAnyPackage("org.jooq..", "org.guildhall.schema..");
        check(classes().that(not(resideInAnyPackage("org.guildhall.core.data", "org.guildhall.core.sql")))
                .and(not(simpleNameEndingWith("Store")))
                .and(not(insideAStore()))
                .and(DescribedPredicate.describe("depend on jOOQ or the schema",
                        type -> type.getDirectDependenciesFromSelf().stream().anyMatch(dependency -> jooq.test(dependency.getTargetClass()))))
                .should().onlyHaveDependentClassesThat(isOrIsInsideAStore())
                .because("all SQL of a room is in its stores; only stores use the classes that they share"));
    }

    @Test
    void statements_areRenderedOnce() {
        check(noClasses().should().callMethod(Tx.class, "sql")
                .because("a statement that jOOQ renders for each call costs more than PostgreSQL needs for it; stores use core.sql"));
    }

    private static DescribedPredicate<JavaClass> insideAStore() {
        return DescribedPredicate.describe("inside a Store", type -> type.getName().matches(".*Store\\$.*"));
    }

    private static DescribedPredicate<JavaClass> isOrIsInsideAStore() {
        return DescribedPredicate.describe("are stores, or the class itself", type -> type.getName().matches(".*Store(\\$.*)?"));
    }

    @Test
    void jdbc_isUsedByStoresOnly() {
        check(noClasses().that(not(resideInAnyPackage("org.guildhall.core.data", "org.guildhall.core.sql")))
                .and(not(simpleNameEndingWith("Store")))
                .and(not(insideAStore()))
                .and().doNotHaveFullyQualifiedName(Main.class.getName())
                .and().doNotHaveFullyQualifiedName("org.guildhall.StartFailure")
                .should().dependOnClassesThat().resideInAPackage("java.sql")
                .because("all SQL of a room is in its stores; the command line connects as other roles"));
    }

    @Test
    void timeZones_areReadInOnePlace() {
        check(noClasses().that().doNotHaveFullyQualifiedName(TimeZones.class.getName())
                .should().callMethod(ZoneId.class, "of", String.class)
                .because("Java alone doesn't know all zones that a tenant can have, such as HST"));
    }

    @Test
    void jwtLibrary_isUsedByCoreAuthOnly() {
        check(noClasses().that(not(resideInAPackage("org.guildhall.core.auth")))
                .should().dependOnClassesThat().resideInAPackage("com.nimbusds..")
                .because("callers are authenticated in one place"));
    }

    @Test
    void stores_andCore_doNotUseTheApiModel() {
        check(noClasses().that(simpleNameEndingWith("Store")).or(insideAStore())
                .should().dependOnClassesThat().resideInAPackage("org.guildhall.api.model..")
                .because("the stored form and the API model change at different times; the handler translates"));
        check(noClasses().that(resideInAPackage("org.guildhall.core.."))
                .should().dependOnClassesThat().resideInAPackage("org.guildhall.api.model..")
                .because("the core has no domain types"));
    }

    @Test
    void room_usesOnlyRoomsToItsRight() {
        for (int at = 1; at < ROOMS.size(); at++) {
            var left = ROOMS.subList(0, at).stream().map(room -> "org.guildhall." + room + "..").toArray(String[]::new);
            check(noClasses().that().resideInAPackage("org.guildhall." + ROOMS.get(at) + "..")
                    .should().dependOnClassesThat().resideInAnyPackage(left)
                    .because("App passes a call in the other direction as a function"));
        }
        check(noClasses().that().resideInAPackage("org.guildhall.core..")
                .should().dependOnClassesThat().resideInAnyPackage(rooms())
                .because("the core uses no room"));
        check(noClasses().that(not(resideInAPackage("org.guildhall")))
                .should().dependOnClassesThat().resideInAPackage("org.guildhall")
                .because("App uses the rooms; the rooms don't use App"));
    }

    @Test
    void room_hasOnlyItsDoorPublic() {
        for (var room : ROOMS) {
            var door = Character.toUpperCase(room.charAt(0)) + room.substring(1);
            check(classes().that().resideInAPackage("org.guildhall." + room)
                    .and().arePublic()
                    .and().areTopLevelClasses()
                    .should().haveSimpleName(door + "Module")
                    .orShould().haveSimpleName(door)
                    .orShould().haveSimpleName("FirstToken")
                    .because("other rooms call the door; handlers, stores and their records are private to the room"));
        }
    }

    @Test
    void part_usesOnlyPartsToItsRight() {
        PARTS.forEach((room, parts) -> {
            var inside = "org.guildhall." + room + ".";
            check(noClasses().that().resideInAPackage(inside + "*..")
                    .should().dependOnClassesThat().resideInAPackage("org.guildhall." + room)
                    .because("the module passes a part its dependencies, so that the part can be tested without the room"));
            for (int at = 1; at < parts.size(); at++) {
                var left = parts.subList(0, at).stream().map(part -> inside + part + "..").toArray(String[]::new);
                check(noClasses().that().resideInAPackage(inside + parts.get(at) + "..")
                        .should().dependOnClassesThat().resideInAnyPackage(left)
                        .because("parts depend on each other in one direction"));
            }
            check(slices().matching(inside + "(*)..").should().beFreeOfCycles().because("each part can be read without those that use it"));
        });
        check(noClasses().that().resideInAPackage("org.guildhall.runtime.people..")
                .should().dependOnClassesThat().resideInAnyPackage("org.guildhall.runtime.entitlements..", "org.guildhall.runtime.usage..", "org.guildhall.runtime.sites..")
                .because("people depend on the assigned plans, not on the entitlements that result"));
        check(noClasses().that().resideInAnyPackage("org.guildhall.billing.ledger.rules", "org.guildhall.billing.ledger.facts")
                .should().dependOnClassesThat().resideInAnyPackage("org.guildhall.billing.ledger", "org.guildhall.core..")
                .because("the ledger's rules are pure: the same facts ask for the same transactions"));
        check(noClasses().that().resideInAPackage("org.guildhall.runtime.imports..")
                .should().dependOnClassesThat().resideInAnyPackage("org.guildhall.runtime.people..", "org.guildhall.runtime.plans..")
                .because("an import passes its rows on and doesn't depend on the resources created from them"));
    }

    @Test
    void everyPart_isListed() {
        PARTS.forEach((room, parts) -> check(classes().that().resideInAPackage("org.guildhall." + room + ".*..")
                .should().resideInAnyPackage(parts.stream().map(part -> "org.guildhall." + room + "." + part + "..").toArray(String[]::new))
                .because("a part that isn't listed has no position in the order")));
    }

    @Test
    void handler_isNotPublic() {
        check(classes().that().haveSimpleNameEndingWith("Handler").and().resideInAnyPackage(rooms())
                .should().notBePublic()
                .because("a handler translates between the wire and the domain; only the module of its package uses it"));
    }

    @Test
    void classesOfAPart_haveNoCycles() {
        List.of(
                "runtime.sites", "runtime.usage", "runtime.entitlements", "runtime.people", "runtime.pickups", "runtime.plans", "billing.payments", "billing.invoices",
                "billing.subscriptions", "billing.coupons", "billing.accounts", "billing.mirror", "catalog.defaults", "catalog.plans", "catalog.products",
                "catalog.entitlements").forEach(part -> check(slices().assignedFrom(new ClassesOf("org.guildhall." + part))
                .should().beFreeOfCycles().because("each class of a part can be read and tested without those that use it")));
    }

    /** One slice for each top-level class of a package. */
    private record ClassesOf(String packageName) implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().equals(packageName)
                    ? SliceIdentifier.of(type.getName().replaceAll("\\$.*", "")) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "the classes of " + packageName;
        }
    }

    private static String[] rooms() {
        return ROOMS.stream().map(room -> "org.guildhall." + room + "..").toArray(String[]::new);
    }

    @Test
    void packages_haveNoCycles() {
        check(slices().matching("org.guildhall.(*)..").should().beFreeOfCycles()
                .because("packages that depend on each other are one package"));
        check(slices().matching("org.guildhall.core.(*)..").should().beFreeOfCycles()
                .because("each package of the core can be read by itself"));
    }

    @Test
    void otherTenant_isEnteredByThePlatformOnly() {
        check(noClasses().that(not(resideInAnyPackage("org.guildhall.platform", "org.guildhall.core.data")))
                .should().callMethod(Tx.class, "within", java.util.UUID.class, java.util.function.Function.class)
                .because("only the platform's operations on a tenant work in two tenants at once"));
    }

    @Test
    void console_isUsedByMainAndTheLogOnly() {
        check(noClasses().that().doNotHaveFullyQualifiedName(Main.class.getName()).and().doNotHaveFullyQualifiedName(BufferedLogAppender.class.getName())
                .should(com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .because("log lines have a time, a logger and a request"));
    }

    @Test
    void rooms_useTheDatabaseClock() {
        var rule = noClasses().that().resideInAnyPackage(rooms());
        check(rule.should().callMethod(Instant.class, "now").orShould().callMethod(LocalDate.class, "now").orShould().callMethod(LocalDateTime.class, "now")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .because("limits, expiries and effective dates use the database's clock: the clocks of nodes differ"));
    }

    @Test
    void injectionAndThreadLocals_areNotUsed() {
        check(noFields().should().beAnnotatedWith(DescribedPredicate.describe("an annotation that injects",
                        annotation -> annotation.getRawType().getName().matches("(jakarta|javax)\\.inject\\..*|org\\.springframework\\..*|com\\.google\\.inject\\..*")))
                .because("a class gets its dependencies in its constructor"));
        check(noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class)
                .because("the context is the first parameter: each call shows its tenant"));
    }

    @Test
    void className_hasNoBannedAffix() {
        check(noClasses().should().haveNameMatching(".*\\.(Abstract|Base)[A-Z][A-Za-z]*").orShould().haveNameMatching(".*(Manager|Helper|Utils?|Impl|Service|Base)")
                .because("these words describe the implementation, not the role: ProductServiceImpl becomes Ladders"));
    }
}
