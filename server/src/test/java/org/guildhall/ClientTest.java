package org.guildhall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.guildhall.client.Guildhall;
import org.guildhall.client.ProblemException;
import org.guildhall.client.ReadOptions;
import org.guildhall.client.Upload;
import org.guildhall.client.WriteOptions;
import org.guildhall.client.model.BookingCancellation;
import org.guildhall.client.model.BookingState;
import org.guildhall.client.model.CreateImportOptions;
import org.guildhall.client.model.ExportFormat;
import org.guildhall.client.model.ImportMode;
import org.guildhall.client.model.ListBookingsOptions;
import org.guildhall.client.model.ListProductsOptions;
import org.guildhall.client.model.NewBooking;
import org.guildhall.client.model.NewClassType;
import org.guildhall.client.model.NewMemberExport;
import org.guildhall.client.model.NewOrgType;
import org.guildhall.client.model.NewPerson;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.NewSession;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductLifecycleStatus;
import org.guildhall.client.model.ProductPatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The Java client against the real server. */
class ClientTest {

    private final TestServer.Tenant tenant = TestServer.shared().tenant();
    private final Guildhall guildhall = client(tenant.token());

    private static Guildhall client(String token) {
        return Guildhall.builder().baseUrl(TestServer.shared().url()).token(token).timeout(Duration.ofSeconds(20)).build();
    }

    @Test
    void createdResource_isRead_andNotResentUnchanged() {
        var created = guildhall.catalog().products().create(new NewProduct("Adult").withMetadata(Map.of("audience", "adults")));
        assertEquals(201, created.status());
        assertEquals(ProductLifecycleStatus.DRAFT, created.value().lifecycleStatus());
        var read = guildhall.catalog().products().get(created.value().id());
        assertEquals(created.value(), read.value());
        assertTrue(guildhall.catalog().products().get(created.value().id(), new ReadOptions().withIfNoneMatch(read.etag())).notModified());
    }

    @Test
    void sameKey_getsTheFirstResponse() {
        var options = new WriteOptions().withIdempotencyKey("client-1");
        var first = guildhall.catalog().products().create(new NewProduct("Once"), options);
        var second = guildhall.catalog().products().create(new NewProduct("Once"), options);
        assertFalse(first.replayed());
        assertTrue(second.replayed());
        assertEquals(first.value(), second.value());
    }

    @Test
    void patch_setsRemovesAndKeepsMembers() {
        var product = guildhall.catalog().products().create(new NewProduct("Patched").withDescription("first").withExternalId("kept")).value();
        var changed = guildhall.catalog().products().update(product.id(), new ProductPatch().withDescription(null).withName("Renamed")).value();
        assertEquals("Renamed", changed.name());
        assertNull(changed.description());
        assertEquals("kept", changed.externalId());
        var stale = assertThrows(ProblemException.class, () -> guildhall.catalog()
                .products().update(product.id(), new ProductPatch().withName("Late"), new WriteOptions().withIfMatch("\"1-stale\"")));
        assertEquals("precondition_failed", stale.problem().code());
    }

    @Test
    void list_isReadOverAllPages() {
        var made = new HashSet<String>();
        for (int count = 0; count < 7; count++) {
            made.add(guildhall.catalog().products().create(new NewProduct("Walked " + count)).value().id());
        }
        var found = new HashSet<String>();
        for (Product product : guildhall.catalog().products().list(new ListProductsOptions().withLimit(3)).all()) {
            assertTrue(found.add(product.id()), "an entry came twice");
        }
        assertEquals(made, found);
    }

    @Test
    void dryRun_showsChanges_andKeepsNone() {
        var tried = guildhall.catalog().products().create(new NewProduct("Never"), new WriteOptions().withDryRun());
        assertEquals(1, tried.dryRun().orElseThrow().changes().size());
        assertTrue(guildhall.catalog().products().list().data().isEmpty());
    }

    @Test
    void memberFiles_areImportedAndExported(@TempDir Path folder) throws IOException, InterruptedException {
        guildhall.catalog().orgTypes().create(new NewOrgType("personal", "Personal").withIsDefault(true));
        var rows = new StringBuilder("external_id,name\n");
        for (int row = 0; row < 3_000; row++) {
            rows.append("m-").append(row).append(",Member\n");
        }
        var file = Files.writeString(folder.resolve("members.csv"), rows);
        var validation = new CreateImportOptions().withMode(ImportMode.VALIDATE);
        assertEquals(3_000, guildhall.runtime().imports().create(Upload.of("text/csv", file), validation).value().total());
        var few = Upload.once("text/csv", new ByteArrayInputStream("external_id,name\nm-1,Mira\n".getBytes(StandardCharsets.UTF_8)));
        var made = guildhall.runtime().imports().create(few).value().id();
        while (guildhall.runtime().imports().get(made).value().finishedAt() == null) {
            Thread.sleep(50);
        }
        var export = guildhall.runtime().exports().create(new NewMemberExport(ExportFormat.CSV)).value().id();
        while (guildhall.runtime().exports().get(export).value().finishedAt() == null) {
            Thread.sleep(50);
        }
        var out = folder.resolve("all.csv");
        try (var download = guildhall.runtime().exports().getContent(export).value()) {
            download.to(out);
        }
        assertEquals(2, Files.readAllLines(out).size());
        assertTrue(Files.readString(out).contains(",m-1,Mira,"));
    }

    @Test
    void booking_isMadeOnce_waits_andIsCanceled() {
        guildhall.catalog().orgTypes().create(new NewOrgType("personal", "Personal").withIsDefault(true));
        var classType = guildhall.schedule().classTypes().create(new NewClassType("Judo", 60, 1).withWaitlistPlaces(1)).value();
        var session = guildhall.schedule().sessions().create(new NewSession(classType.id(), Instant.now().plus(3, ChronoUnit.DAYS))).value();
        var persons = IntStream.range(0, 3).mapToObj(at -> guildhall.runtime().persons().create(new NewPerson("Ana")).value().id()).toList();
        var bookings = guildhall.schedule().bookings();
        var key = new WriteOptions().withIdempotencyKey("booking-1");
        var first = bookings.create(new NewBooking(session.id(), persons.getFirst()), key).value();
        assertEquals(BookingState.BOOKED, first.state());
        assertEquals(first, bookings.create(new NewBooking(session.id(), persons.getFirst()), key).value());
        var second = bookings.create(new NewBooking(session.id(), persons.get(1)).withWaitlist(true)).value();
        assertEquals(BookingState.WAITLISTED, second.state());
        assertEquals(1, second.position());
        var refused = assertThrows(ProblemException.class, () -> bookings.create(new NewBooking(session.id(), persons.getLast())));
        assertEquals("capacity_exhausted", refused.problem().code());
        assertEquals(1, refused.problem().waiting());
        assertEquals(BookingState.CANCELED, bookings.cancel(first.id(), new BookingCancellation()).value().state());
        var promoted = bookings.get(second.id()).value();
        assertEquals(BookingState.BOOKED, promoted.state());
        var booked = new ListBookingsOptions().withSessionId(session.id()).withState(BookingState.BOOKED);
        assertEquals(List.of(promoted), bookings.list(booked).data());
    }

    @Test
    void problem_hasItsCodeAndPointer() {
        var invalid = assertThrows(ProblemException.class, () -> guildhall.catalog().products().create(new NewProduct("")));
        assertEquals("validation_failed", invalid.problem().code());
        assertEquals("/name", invalid.problem().errors().getFirst().pointer());
        var foreign = TestServer.shared().tenant();
        var theirs = client(foreign.token()).catalog().products().create(new NewProduct("Theirs")).value();
        var hidden = assertThrows(ProblemException.class, () -> guildhall.catalog().products().get(theirs.id()));
        assertEquals(404, hidden.problem().status());
    }
}
