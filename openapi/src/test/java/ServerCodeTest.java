import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.guildhall.api.Id;
import org.guildhall.api.Personal;
import org.guildhall.api.Versioned;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server code generated from the tiny spec compiles without a warning and behaves as the document says. */
class ServerCodeTest {

    private static final String THING_ID = "thg_01h455vb4pex5vsknk084sn02q";
    private static final String THING = """
            {"created_at":"2026-11-21T02:15:00Z","note":null,"id":"%s","name":"n","color":"dark-blue","old_color":null,\
            "owner_id":null,"count":9007199254740991,"rank":null,"ratio":0.5,"flag":true,"tags":["a"],"labels":{"k":"v"},\
            "shape":{"kind":"circle","radius":1},"part":{"key":"p","parts":[{"key":"q","parts":[]}]},"free":{"x":[1,null]},\
            "born_on":"2026-11-21","class":"thing","size":"small","version":3}""".formatted(THING_ID);

    @TempDir
    static Path folder;

    private static Compiled code;

    private final ObjectMapper json = new ObjectMapper().registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    @BeforeAll
    static void generate() {
        var spec = new TinySpec(TinySpec.ORIGINAL);
        new ServerCode(spec.joined(), spec.policies(), folder.resolve("java"), Path.of("templates/server").toAbsolutePath()).run();
        code = Compiled.from(folder.resolve("java"), folder.resolve("classes"), "25");
    }

    @Test
    void record_roundTripsTheDocumentsJson() throws Exception {
        Object thing = json.readValue(THING, model("Thing"));
        assertEquals(json.readTree(THING), json.readTree(json.writeValueAsString(thing)));
        assertEquals(3, assertInstanceOf(Versioned.class, thing).version());
        assertEquals(THING_ID, assertInstanceOf(Id.class, member(thing, "id")).toString());
        assertEquals(LocalDate.of(2026, 11, 21), member(thing, "bornOn"));
        assertEquals("DARK_BLUE", ((Enum<?>) member(thing, "color")).name());
    }

    @Test
    void optionalMembers_areNullable() {
        assertEquals("""
                Instant createdAt, ? String note, ThingId id, String name, Color color, ? Color oldColor, ? OwnerId ownerId, long count, \
                ? Integer rank, double ratio, boolean flag, List<String> tags, Map<String, String> labels, Shape shape, Part part, \
                ? Map<String, Object> free, LocalDate bornOn, ? String classValue, ? ThingSize size, long version""", components("Thing"));
        assertEquals("? String name, ? Long count, ? Color color, ? Map<String, String> labels", components("ThingPatch"));
        assertEquals("? Color color, OwnerId ownerId, ? Boolean defaultValue", components("ListThingsQuery"));
    }

    @Test
    void expandedMembers_notGenerated() {
        assertFalse(Arrays.stream(model("Thing").getRecordComponents()).anyMatch(component -> component.getName().equals("owner")));
        assertThrows(AssertionError.class, () -> model("Owner"));
    }

    @Test
    void personalMembers_areAnnotated() {
        for (RecordComponent component : model("Thing").getRecordComponents()) {
            assertEquals(component.getName().equals("name"), component.isAnnotationPresent(Personal.class), component.getName());
        }
    }

    @Test
    void union_isSealed_readByDiscriminator() throws Exception {
        assertTrue(model("Shape").isSealed());
        Object square = json.readValue("{\"kind\":\"square\",\"side\":2,\"secret\":\"s3cr3t\",\"at\":null}", model("Shape"));
        assertEquals(model("Square"), square.getClass());
        assertEquals("{\"kind\":\"square\",\"side\":2,\"secret\":\"s3cr3t\",\"at\":null}", json.writeValueAsString(square));
        assertEquals("Square[side=2, secret=***, at=null]", square.toString(), "no log shows a secret");
        assertThrows(JsonProcessingException.class, () -> json.readValue("{\"kind\":\"triangle\"}", model("Shape")));
    }

    @Test
    void enumeration_readsOnlyWireValues() throws Exception {
        assertEquals(List.of("RED", "DARK_BLUE", "ONE_TIME", "_2D"), Arrays.stream(model("Color").getEnumConstants()).map(one -> ((Enum<?>) one).name()).toList());
        assertEquals("\"one_time\"", json.writeValueAsString(json.readValue("\"one_time\"", model("Color"))));
        assertThrows(ValueInstantiationException.class, () -> json.readValue("\"ONE_TIME\"", model("Color")));
    }

    @Test
    void id_withOtherPrefix_refused() {
        assertThrows(ValueInstantiationException.class, () -> json.readValue("\"own_01h455vb4pex5vsknk084sn02q\"", model("ThingId")));
        assertNotNull(model("UnusedId"), "unused id types are generated, too");
    }

    @Test
    void listAndProblemSchemas_notGenerated() {
        for (String name : List.of("ThingList", "PageInfo", "Problem", "DryRunResult", "Scope", "Labels")) {
            assertThrows(AssertionError.class, () -> model(name), name);
        }
    }

    @Test
    void handlerMethods_areTyped() {
        var methods = new TreeMap<String, String>();
        for (Method method : code.type("org.guildhall.api.catalog.ThingsApi").getMethods()) {
            methods.put(method.getName(), simple(method.getGenericReturnType().getTypeName()) + " "
                    + String.join(", ", Arrays.stream(method.getGenericParameterTypes()).map(type -> simple(type.getTypeName())).toList()));
        }
        methods.remove("bind");
        assertEquals(Map.of(
                "listThings", "Reply<Page<Thing>> C, ListThingsQuery",
                "createThing", "Reply<Thing> C, NewThing",
                "getThing", "Reply<Thing> C, ThingId",
                "getLatestThing", "Reply<Thing> C",
                "updateThing", "Reply<Thing> C, ThingId, Patch<ThingPatch>",
                "deleteThing", "Reply<Void> C, ThingId",
                "reorderThing", "Reply<Thing> C, ThingId, ReorderThingQuery, ReorderThingRequest",
                "renameThing", "Reply<Thing> C, ThingId, ThingName"), methods);
    }

    @Test
    void interface_hasTheOperationsOfItsTag() {
        var methods = Arrays.stream(code.type("org.guildhall.api.catalog.PartsApi").getMethods()).map(Method::getName).sorted().toList();
        assertEquals(List.of("bind", "getPart"), methods);
    }

    @Test
    void operations_boundOnce_literalPathsFirst() throws Exception {
        List<String> bound = Pattern.compile("router\\.bind\\(Operation\\.([A-Z_]+),").matcher(Files.readString(folder.resolve(
                "java/org/guildhall/api/catalog/ThingsApi.java"))).results().map(found -> found.group(1)).toList();
        assertEquals(List.of("LIST_THINGS", "CREATE_THING", "GET_LATEST_THING", "GET_THING", "UPDATE_THING", "DELETE_THING", "RENAME_THING", "REORDER_THING"), bound);
    }

    @Test
    void operations_haveTheirPolicy() throws Exception {
        assertEquals("""
                id=createThing tag=things method=POST path=/api/v1/catalog/things status=201 scope=catalog:write access=SCOPED mutation=true \
                auditAction=thing.created auditCategory=billing ifMatch=NONE rateCost=1 secret=true allowedWhenSuspended=false dryRun=true list=false expands={} \
                requestType=application/json responseType=application/json""", policy("CREATE_THING"));
        assertEquals("""
                id=listThings tag=things method=GET path=/api/v1/catalog/things status=200 scope=catalog:read access=SCOPED mutation=false \
                auditAction=null auditCategory=null ifMatch=NONE rateCost=2 secret=false allowedWhenSuspended=false dryRun=false list=true \
                expands={owner=platform:read} requestType=null responseType=application/json""", policy("LIST_THINGS"));
        assertEquals("""
                id=deleteThing tag=things method=DELETE path=/api/v1/catalog/things/{thing_id} status=204 scope=catalog:write access=SCOPED \
                mutation=true auditAction=thing.deleted auditCategory=billing ifMatch=NONE rateCost=1 secret=false allowedWhenSuspended=true dryRun=false list=false \
                expands={} requestType=null responseType=null""", policy("DELETE_THING"));
        assertTrue(policy("REORDER_THING").contains("ifMatch=REQUIRED"));
        assertTrue(policy("CHECK_THINGS").contains("mutation=false auditAction=null"));
        assertTrue(policy("GET_LATEST_THING").contains("scope=null access=AUTHENTICATED"));
        assertTrue(policy("GET_STATUS").contains("scope=null access=OPTIONAL"));
        assertTrue(policy("GET_HEALTH").contains("scope=null access=PUBLIC"));
        assertEquals(List.of("platform:read", "catalog:read", "catalog:write"), code.type("org.guildhall.api.Scopes").getField("ALL").get(null));
    }

    private static String policy(String constant) throws Exception {
        Class<?> type = code.type("org.guildhall.api.Operation");
        Object operation = Arrays.stream(type.getEnumConstants()).filter(one -> ((Enum<?>) one).name().equals(constant)).findFirst().orElseThrow();
        List<String> facts = new ArrayList<>();
        for (String name : List.of("id", "tag", "method", "path", "status", "scope", "access", "mutation", "auditAction", "auditCategory", "ifMatch", "rateCost", "secret",
                "allowedWhenSuspended", "dryRun", "list", "expands", "requestType", "responseType")) {
            facts.add(name + "=" + type.getMethod(name).invoke(operation));
        }
        return String.join(" ", facts);
    }

    private static Class<?> model(String name) {
        return code.type("org.guildhall.api.model." + name);
    }

    private static Object member(Object record, String name) throws ReflectiveOperationException {
        return record.getClass().getMethod(name).invoke(record);
    }

    /** Returns types and names of a record's components, with a question mark before nullable ones. */
    private static String components(String name) {
        return String.join(", ", Arrays.stream(model(name).getRecordComponents()).map(component -> {
            boolean nullable = component.getAnnotatedType().isAnnotationPresent(org.jspecify.annotations.Nullable.class);
            return (nullable ? "? " : "") + simple(component.getGenericType().getTypeName()) + " " + component.getName();
        }).toList());
    }

    private static String simple(String type) {
        return type.replaceAll("[a-z0-9.]+\\.([A-Z])", "$1");
    }
}
