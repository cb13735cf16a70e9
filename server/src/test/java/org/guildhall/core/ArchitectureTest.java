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
import java.util.List;
import java.util.Map;
import org.guildhall.Main;
import org.guildhall.core.data.Tx;
import org.guildhall.core.log.BufferedLogAppender;
import org.junit.jupiter.api.Test;

/** How the house is built: who may import whom, where things may be named, and why. */
class ArchitectureTest {

    /** From left to right: a room may use any room to its right, and only through its door. */
    private static final List<String> ROOMS = List.of("overview", "schedule", "billing", "runtime", "catalog", "providers", "tasks", "platform");

    /** The parts of a room, from left to right: a part may use any part to its right. */
    private static final Map<String, List<String>> PARTS = Map.of(
            "runtime", List.of("sites", "usage", "entitlements", "people", "plans", "imports"),
            "platform", List.of("pages"));

    private static final JavaClasses HOUSE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("org.guildhall");
    private static final JavaClasses SERVER = HOUSE.that(DescribedPredicate.describe("are the server's", ArchitectureTest::isOfTheServer));

    private static boolean isOfTheServer(JavaClass type) {
        var name = type.getPackageName();
        return name.equals("org.guildhall") || name.startsWith("org.guildhall.core")
                || ROOMS.stream().anyMatch(room -> name.startsWith("org.guildhall." + room));
    }

    private static void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(SERVER);
    }

    @Test
    void thereIsSomethingToLookAt() {
        assertTrue(SERVER.size() > 100, SERVER.size() + " classes");
    }

    @Test
    void onlyTheHttpPackageKnowsTheHttpServer() {
        holds(noClasses().that(not(resideInAPackage("org.guildhall.core.http")))
                .should().dependOnClassesThat().resideInAnyPackage("io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..")
                .because("handlers return values, so that the reply is known before the commit and kept with it"));
    }

    @Test
    void onlyStoresAndWhatTheyShareKnowJooqAndTheTables() {
        var jooq = resideInAnyPackage("org.jooq..", "org.guildhall.schema..");
        holds(classes().that(not(resideInAPackage("org.guildhall.core.data")))
                .and(not(simpleNameEndingWith("Store")))
                .and(not(insideAStore()))
                .and(DescribedPredicate.describe("depend on jOOQ or the schema",
                        type -> type.getDirectDependenciesFromSelf().stream().anyMatch(dependency -> jooq.test(dependency.getTargetClass()))))
                .should().onlyHaveDependentClassesThat(isOrIsInsideAStore())
                .because("all SQL of a room stands in its stores; what several of them share is theirs alone"));
    }

    private static DescribedPredicate<JavaClass> insideAStore() {
        return DescribedPredicate.describe("inside a Store", type -> type.getName().matches(".*Store\\$.*"));
    }

    private static DescribedPredicate<JavaClass> isOrIsInsideAStore() {
        return DescribedPredicate.describe("are stores, or the class itself", type -> type.getName().matches(".*Store(\\$.*)?|.*\\.(EffectiveDates|Filters)(\\$.*)?"));
    }

    @Test
    void onlyStoresKnowJdbc() {
        holds(noClasses().that(not(resideInAPackage("org.guildhall.core.data")))
                .and(not(simpleNameEndingWith("Store")))
                .and(not(insideAStore()))
                .and().doNotHaveFullyQualifiedName(Main.class.getName())
                .and().doNotHaveFullyQualifiedName("org.guildhall.StartFailure")
                .should().dependOnClassesThat().resideInAPackage("java.sql")
                .because("all SQL of a room stands in its stores; the command line connects as other roles"));
    }

    @Test
    void onlyTheAuthPackageKnowsJwts() {
        holds(noClasses().that(not(resideInAPackage("org.guildhall.core.auth")))
                .should().dependOnClassesThat().resideInAPackage("com.nimbusds..")
                .because("who calls is found out in one place"));
    }

    @Test
    void noStoreKnowsTheWireAndNoMachineryTheDomain() {
        holds(noClasses().that(simpleNameEndingWith("Store")).or(insideAStore())
                .should().dependOnClassesThat().resideInAPackage("org.guildhall.api.model..")
                .because("what is stored and what is sent change at different times; the handler translates"));
        holds(noClasses().that(resideInAPackage("org.guildhall.core.."))
                .should().dependOnClassesThat().resideInAPackage("org.guildhall.api.model..")
                .because("the core has no domain word in it"));
    }

    @Test
    void aRoomUsesOnlyRoomsToItsRight() {
        for (int at = 1; at < ROOMS.size(); at++) {
            var left = ROOMS.subList(0, at).stream().map(room -> "org.guildhall." + room + "..").toArray(String[]::new);
            holds(noClasses().that().resideInAPackage("org.guildhall." + ROOMS.get(at) + "..")
                    .should().dependOnClassesThat().resideInAnyPackage(left)
                    .because("a signal against the arrow is handed over as a function in App"));
        }
        holds(noClasses().that().resideInAPackage("org.guildhall.core..")
                .should().dependOnClassesThat().resideInAnyPackage(rooms())
                .because("the machinery knows no room"));
        holds(noClasses().that(not(resideInAPackage("org.guildhall")))
                .should().dependOnClassesThat().resideInAPackage("org.guildhall")
                .because("App knows the rooms, they don't know App"));
    }

    @Test
    void aRoomHasADoorAndNothingElseOfItIsPublic() {
        for (var room : ROOMS) {
            var door = Character.toUpperCase(room.charAt(0)) + room.substring(1);
            holds(classes().that().resideInAPackage("org.guildhall." + room)
                    .and().arePublic()
                    .and().areTopLevelClasses()
                    .should().haveSimpleName(door + "Module")
                    .orShould().haveSimpleName(door)
                    .orShould().haveSimpleName("FirstToken")
                    .because("other rooms ask at the door; handlers and stores are the room's own affair, and so is every record that they pass"));
        }
    }

    @Test
    void aPartUsesOnlyPartsToItsRight() {
        PARTS.forEach((room, parts) -> {
            var inside = "org.guildhall." + room + ".";
            holds(noClasses().that().resideInAPackage(inside + "*..")
                    .should().dependOnClassesThat().resideInAPackage("org.guildhall." + room)
                    .because("the module hands over what a part needs: the part can be read and tested without the room"));
            for (int at = 1; at < parts.size(); at++) {
                var left = parts.subList(0, at).stream().map(part -> inside + part + "..").toArray(String[]::new);
                holds(noClasses().that().resideInAPackage(inside + parts.get(at) + "..")
                        .should().dependOnClassesThat().resideInAnyPackage(left)
                        .because("parts stand on one another in one direction"));
            }
            holds(slices().matching(inside + "(*)..").should().beFreeOfCycles().because("each part can be read without those that use it"));
        });
        holds(noClasses().that().resideInAPackage("org.guildhall.runtime.people..")
                .should().dependOnClassesThat().resideInAnyPackage("org.guildhall.runtime.entitlements..", "org.guildhall.runtime.usage..", "org.guildhall.runtime.sites..")
                .because("people know the plans that they are given, not what follows from them"));
        holds(noClasses().that().resideInAPackage("org.guildhall.runtime.imports..")
                .should().dependOnClassesThat().resideInAnyPackage("org.guildhall.runtime.people..", "org.guildhall.runtime.plans..")
                .because("an import hands its rows over and knows nothing of what is made of them"));
    }

    @Test
    void everyPartHasItsPlace() {
        PARTS.forEach((room, parts) -> holds(classes().that().resideInAPackage("org.guildhall." + room + ".*..")
                .should().resideInAnyPackage(parts.stream().map(part -> "org.guildhall." + room + "." + part + "..").toArray(String[]::new))
                .because("a part that isn't listed stands outside of the order")));
    }

    @Test
    void aHandlerIsKnownToItsModuleAlone() {
        holds(classes().that().haveSimpleNameEndingWith("Handler").and().resideInAnyPackage(rooms())
                .should().notBePublic()
                .because("a handler translates between the wire and the domain; only the module beside it names it"));
    }

    @Test
    void insideAPartNoClassIsOnACircle() {
        List.of("sites", "usage", "entitlements", "people", "plans").forEach(part -> holds(slices().assignedFrom(new ClassesOf("org.guildhall.runtime." + part))
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
    void nothingGoesInCircles() {
        holds(slices().matching("org.guildhall.(*)..").should().beFreeOfCycles()
                .because("what depends on each other is one thing with two names"));
        holds(slices().matching("org.guildhall.core.(*)..").should().beFreeOfCycles()
                .because("each part of the machinery can be read by itself"));
    }

    @Test
    void onlyThePlatformWorksInsideAnotherTenant() {
        holds(noClasses().that(not(resideInAnyPackage("org.guildhall.platform", "org.guildhall.core.data")))
                .should().callMethod(Tx.class, "within", java.util.UUID.class, java.util.function.Function.class)
                .because("what the platform does to a tenant from outside is the only thing that is done in two tenants at once"));
    }

    @Test
    void onlyTheCommandLineAndTheLogWriteToTheConsole() {
        holds(noClasses().that().doNotHaveFullyQualifiedName(Main.class.getName()).and().doNotHaveFullyQualifiedName(BufferedLogAppender.class.getName())
                .should(com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS)
                .because("a server that logs says when, where and for which request"));
    }

    @Test
    void noRoomAsksItsOwnClock() {
        var rule = noClasses().that().resideInAnyPackage(rooms());
        holds(rule.should().callMethod(Instant.class, "now").orShould().callMethod(LocalDate.class, "now").orShould().callMethod(LocalDateTime.class, "now")
                .orShould().callMethod(System.class, "currentTimeMillis")
                .because("limits, expiries and effective dates ask the database's clock: nodes disagree, it doesn't"));
    }

    @Test
    void nothingIsInjectedOrHeldByAThread() {
        holds(noFields().should().beAnnotatedWith(DescribedPredicate.describe("an annotation that injects",
                        annotation -> annotation.getRawType().getName().matches("(jakarta|javax)\\.inject\\..*|org\\.springframework\\..*|com\\.google\\.inject\\..*")))
                .because("what a class needs stands in its constructor"));
        holds(noClasses().should().dependOnClassesThat().areAssignableTo(ThreadLocal.class)
                .because("the context is the first parameter: who reads the call sees whose it is"));
    }

    @Test
    void aClassIsCalledAfterWhatItIs() {
        holds(noClasses().should().haveNameMatching(".*\\.(Abstract|Base)[A-Z][A-Za-z]*").orShould().haveNameMatching(".*(Manager|Helper|Utils?|Impl|Service|Base)")
                .because("these words say how something was made, not what it is; a room by its name: ProductServiceImpl is Ladders"));
    }
}
