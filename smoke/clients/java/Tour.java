import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.openapitools.client.ApiClient;
import org.openapitools.client.ApiException;
import org.openapitools.client.api.BookingsApi;
import org.openapitools.client.api.ClassTypesApi;
import org.openapitools.client.api.PersonIdentitiesApi;
import org.openapitools.client.api.PersonsApi;
import org.openapitools.client.api.ProductsApi;
import org.openapitools.client.api.SessionsApi;
import org.openapitools.client.model.Booking;
import org.openapitools.client.model.BookingCancellation;
import org.openapitools.client.model.CreatedBooking;
import org.openapitools.client.model.NewBooking;
import org.openapitools.client.model.NewClassType;
import org.openapitools.client.model.NewPerson;
import org.openapitools.client.model.NewPersonIdentity;
import org.openapitools.client.model.NewProduct;
import org.openapitools.client.model.NewSession;
import org.openapitools.client.model.PersonIdentity;
import org.openapitools.client.model.Product;
import org.openapitools.client.model.ProductPatch;

/** Creates, reads, patches, lists and deletes through a client of openapi-generator; one program for both of its Java libraries. */
public final class Tour {

    private static final String RUN = UUID.randomUUID().toString();

    private Tour() {}

    public static void main(String[] arguments) throws ApiException {
        ApiClient client = Connection.to(System.getenv("GUILDHALL_URL"), System.getenv("GUILDHALL_TOKEN"));
        products(new ProductsApi(client));
        identities(new PersonsApi(client), new PersonIdentitiesApi(client));
        booking(client);
        System.out.println("  ok   create, read, patch, list, delete, book");
    }

    private static void products(ProductsApi products) throws ApiException {
        NewProduct wanted = new NewProduct().name("Generated " + RUN);
        Product tried = products.createProduct(wanted, true, null, null);
        check(tried.getName().equals(wanted.getName()), "a dry run answers what would have been created");
        missing(() -> products.getProduct(tried.getId(), null, null, null), "a dry run leaves nothing");
        Product made = products.createProduct(wanted, null, RUN, "A generated client tries it.");
        Product again = products.createProduct(wanted, null, RUN, "A generated client tries it.");
        check(again.getId().equals(made.getId()), "a repeated key creates once");
        check(made.getLifecycleStatus().equals("draft"), "an enumeration is a text");
        Product patched = products.updateProduct(made.getId(), new ProductPatch().name("Patched " + RUN), null, null, null, null);
        Product read = products.getProduct(made.getId(), null, null, null);
        check(read.getName().equals("Patched " + RUN) && read.equals(patched), "what was patched is read");
    }

    private static void identities(PersonsApi persons, PersonIdentitiesApi identities) throws ApiException {
        String person = persons.createPerson(new NewPerson().name("Generated " + RUN), null, null, null).getId();
        PersonIdentity identity = identities.createPersonIdentity(
                person, new NewPersonIdentity().issuer("https://id.example").subject(RUN), null, null, null);
        List<PersonIdentity> listed = identities.listPersonIdentities(person, null, 10, null, null).getData();
        check(listed.equals(List.of(identity)), "what was created is listed");
        identities.deletePersonIdentity(identity.getId(), null, null, null, null);
        missing(() -> identities.getPersonIdentity(identity.getId(), null, null), "what was deleted is gone");
    }

    private static void booking(ApiClient client) throws ApiException {
        String classType = new ClassTypesApi(client).createClassType(
                new NewClassType().name("Spin " + RUN).durationMinutes(45).capacity(1), null, null, null).getId();
        String session = new SessionsApi(client).createSession(
                new NewSession().classTypeId(classType).startsAt(OffsetDateTime.now().plusDays(3)), null, null, null).getId();
        String person = new PersonsApi(client).createPerson(new NewPerson().name("Generated " + RUN), null, null, null).getId();
        BookingsApi bookings = new BookingsApi(client);
        NewBooking wanted = new NewBooking().sessionId(session).personId(person);
        CreatedBooking made = bookings.createBooking(wanted, null, "booking-" + RUN, null);
        check(made.getState().equals("booked") && made.getCode() != null, "a free place is booked");
        check(bookings.createBooking(wanted, null, "booking-" + RUN, null).equals(made), "a repeated key books once");
        Booking canceled = bookings.cancelBooking(made.getId(), null, null, null, null, new BookingCancellation());
        check(canceled.getState().equals("canceled"), "what was canceled is canceled");
        check(bookings.getBooking(made.getId(), null, null).equals(canceled), "what was canceled is read");
    }

    private interface Read {
        void run() throws ApiException;
    }

    private static void missing(Read read, String what) throws ApiException {
        try {
            read.run();
        } catch (ApiException refused) {
            check(refused.getCode() == 404, what);
            return;
        }
        check(false, what);
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("it isn't true that " + what);
        }
    }
}
