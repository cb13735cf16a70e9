import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openapitools.jackson.nullable.JsonNullableModule;

/** The client code generated from the tiny spec keeps unknown values and writes only members that were set. */
class ClientCodeTest {

    @TempDir
    static Path folder;

    private static Compiled code;

    private final ObjectMapper json = JsonMapper.builder().addModule(new JavaTimeModule()).addModule(new JsonNullableModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    @BeforeAll
    static void generate() {
        var spec = new TinySpec(TinySpec.ORIGINAL);
        new ClientCode(spec.joined(), spec.policies(), folder.resolve("java"), Path.of("templates/client").toAbsolutePath()).run();
        // Only the models: the calls need the hand-written classes of the client's own module.
        code = Compiled.from(folder.resolve("java/org/guildhall/client/model"), folder.resolve("classes"), "17");
    }

    @Test
    void knownVariant_readAsItsType_roundTrips() throws Exception {
        String wire = "{\"kind\":\"circle\",\"radius\":1,\"newer\":{\"x\":[1]}}";
        Object circle = json.readValue(wire, model("Shape"));
        assertEquals(model("Circle"), circle.getClass());
        assertRoundTrip(wire, model("Shape"));
        assertRoundTrip(wire, model("Circle"));
    }

    @Test
    void unknownVariant_roundTrips() throws Exception {
        String wire = "{\"kind\":\"triangle\",\"sides\":[3,4,5],\"name\":null}";
        assertEquals("Unknown", json.readValue(wire, model("Shape")).getClass().getSimpleName());
        assertRoundTrip(wire, model("Shape"));
    }

    @Test
    void nestedUnknownMembers_roundTrip() throws Exception {
        assertRoundTrip("""
                {"created_at":"2026-11-21T02:15:00Z","note":null,"id":"thg_1","name":"n","color":"mauve","old_color":null,"owner_id":"own_1",\
                "owner":{"id":"own_1","since":2020},"count":1,"rank":2,"ratio":0.5,"flag":true,"tags":["a"],"labels":{"k":"v"},\
                "shape":{"kind":"star","points":5},"part":{"key":"p","parts":[{"key":"q","parts":[],"deep":1}]},"free":{"x":[1,null]},\
                "born_on":"2026-11-21","class":"thing","size":"huge","version":3,"newest":true}""", model("Thing"));
    }

    @Test
    void newVariant_writesItsDiscriminator() throws Exception {
        Object circle = Arrays.stream(model("Circle").getConstructors()).filter(one -> one.getParameterCount() == 1).findFirst().orElseThrow()
                .newInstance(2);
        assertEquals(json.readTree("{\"kind\":\"circle\",\"radius\":2}"), json.readTree(json.writeValueAsString(circle)));
        assertTrue(model("Shape").isSealed());
    }

    @Test
    void responseNumber_missing_isNull() throws Exception {
        Object thing = json.readValue("{\"id\":\"thg_1\"}", model("Thing"));
        assertEquals(null, thing.getClass().getMethod("count").invoke(thing));
        assertEquals(Long.class, thing.getClass().getMethod("count").getReturnType());
    }

    @Test
    void responseModel_hasNoWithers() {
        assertFalse(Arrays.stream(model("Thing").getMethods()).anyMatch(method -> method.getName().startsWith("with")));
        assertTrue(Arrays.stream(model("NewThing").getMethods()).anyMatch(method -> method.getName().equals("withColor")));
    }

    @Test
    void requestModel_hasNoUnknownMembers() {
        assertFalse(Arrays.stream(model("NewThing").getRecordComponents()).anyMatch(component -> component.getName().equals("additional")));
    }

    @Test
    void patch_distinguishesAbsentNullAndValue() throws Exception {
        Object patch = model("ThingPatch").getConstructor().newInstance();
        assertEquals("{}", json.writeValueAsString(patch));
        Object named = call(patch, "withName", "n");
        assertEquals("{\"name\":\"n\"}", json.writeValueAsString(named));
        assertEquals("{\"name\":\"n\",\"color\":null}", json.writeValueAsString(call(named, "withColor", new Object[] {null})));
        var refused = assertThrows(InvocationTargetException.class, () -> call(patch, "withName", new Object[] {null}));
        assertEquals(NullPointerException.class, refused.getCause().getClass(), "a required member can't be set to null");
    }

    @Test
    void enumeration_unknownValue_isKept() throws Exception {
        Object mauve = json.readValue("\"mauve\"", model("Color"));
        assertEquals(false, mauve.getClass().getMethod("isKnown").invoke(mauve));
        assertEquals("\"mauve\"", json.writeValueAsString(mauve));
        assertEquals(json.readValue("\"dark-blue\"", model("Color")), model("Color").getField("DARK_BLUE").get(null));
        assertEquals(List.of("NAME", "NAME_DESCENDING"), Arrays.stream(model("ListThingsSort").getFields()).map(field -> field.getName())
                .filter(name -> !name.equals("KNOWN")).toList());
    }

    @Test
    void toString_hidesSecrets() throws Exception {
        Object square = json.readValue("{\"kind\":\"square\",\"side\":2,\"secret\":\"s3cr3t\"}", model("Shape"));
        assertEquals("Square[side=2, secret=***, at=null]", square.toString());
        assertTrue(json.writeValueAsString(square).contains("s3cr3t"));
    }

    @Test
    void call_parameters_pathThenBodyThenOptions() throws Exception {
        String api = Files.readString(folder.resolve("java/org/guildhall/client/ThingsApi.java"));
        List<String> methods = Pattern.compile("default (\\S+ \\w+\\(.*\\)) \\{").matcher(api).results().map(found -> found.group(1)).toList();
        assertEquals(List.of(
                "Page<Thing> list(ListThingsOptions options)",
                "Response<Thing> create(NewThing body)",
                "Response<Thing> create(NewThing body, WriteOptions options)",
                "Response<Thing> getLatestThing()",
                "Response<Thing> getLatestThing(ReadOptions options)",
                "Response<Thing> get(String thingId)",
                "Response<Thing> get(String thingId, ReadOptions options)",
                "Response<Thing> update(String thingId, ThingPatch patch)",
                "Response<Thing> update(String thingId, ThingPatch patch, WriteOptions options)",
                "Response<Void> delete(String thingId)",
                "Response<Void> delete(String thingId, WriteOptions options)",
                "Response<Thing> rename(String thingId, ThingName body, String ifMatch)",
                "Response<Thing> rename(String thingId, ThingName body, String ifMatch, WriteOptions options)",
                "Response<Thing> reorder(String thingId, ReorderThingRequest body, ReorderThingOptions options)"), methods);
    }

    @Test
    void client_implementsOnlyFullSignatures() throws Exception {
        String client = Files.readString(folder.resolve("java/org/guildhall/client/ThingsApiClient.java"));
        assertTrue(client.contains("public Response<Thing> get(String thingId, ReadOptions options)"), client);
        assertFalse(client.contains(" get(String thingId)"), client);
    }

    @Test
    void headerRules_comeFromTheDocument() throws Exception {
        String rules = Files.readString(folder.resolve("java/org/guildhall/client/HeaderRules.java"));
        assertTrue(rules.contains("new HeaderRule(\"Idempotency-Key\", 0, 99, \"^[ -~]+$\")"), rules);
    }

    @Test
    void operationParameters_areInItsOptions() throws Exception {
        assertEquals(List.of("force", "dryRun", "idempotencyKey", "auditReason", "ifMatch"),
                Arrays.stream(model("ReorderThingOptions").getRecordComponents()).map(component -> component.getName()).toList());
        assertEquals(List.of(1, 5), Arrays.stream(model("ReorderThingOptions").getConstructors()).map(Constructor::getParameterCount).sorted().toList());
        String api = Files.readString(folder.resolve("java/org/guildhall/client/ThingsApiClient.java"));
        assertTrue(api.contains(".query(\"force\", options.force())") && api.contains(".header(\"If-Match\", options.ifMatch())"));
    }

    @Test
    void requiredFilter_isAConstructorArgument() {
        List<Integer> sizes = Arrays.stream(model("ListThingsOptions").getConstructors()).map(Constructor::getParameterCount).sorted().toList();
        assertEquals(List.of(1, 8), sizes);
    }

    private void assertRoundTrip(String wire, Class<?> type) throws Exception {
        JsonNode back = json.readTree(json.writeValueAsString(json.readValue(wire, type)));
        assertEquals(json.readTree(wire), back);
    }

    private static Object call(Object target, String name, Object... arguments) throws ReflectiveOperationException {
        Method method = Arrays.stream(target.getClass().getMethods()).filter(one -> one.getName().equals(name)).findFirst().orElseThrow();
        return method.invoke(target, arguments);
    }

    private static Class<?> model(String name) {
        return code.type("org.guildhall.client.model." + name);
    }
}
