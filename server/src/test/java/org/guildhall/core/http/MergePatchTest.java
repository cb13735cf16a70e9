package org.guildhall.core.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.io.IOException;
import java.util.Map;
import org.guildhall.Http;
import org.guildhall.core.problem.Problem;
import org.guildhall.core.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The test cases of RFC 7396, appendix A. They are nested one level deeper, since a body is always an object. */
class MergePatchTest {

    private static Schema schema(String text) {
        return SchemaRegistry.withDialect(Dialects.getDraft202012(), builder -> {}).getSchema(text);
    }

    private static JsonNode json(String text) throws IOException {
        return Http.JSON.readTree(text.replace('\'', '"'));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> patched(JsonNode target, JsonNode patch, String schema) {
        Map<String, Object> current = Http.JSON.convertValue(target, Map.class);
        return new MergePatch<>(patch, schema(schema), (Class<Map<String, Object>>) (Class<?>) Map.class).onto(current);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{'a':'b'}           | {'a':'c'}                  | {'a':'c'}",
        "{'a':'b'}           | {'b':'c'}                  | {'a':'b','b':'c'}",
        "{'a':'b'}           | {'a':null}                 | {}",
        "{'a':'b','b':'c'}   | {'a':null}                 | {'b':'c'}",
        "{'a':['b']}         | {'a':'c'}                  | {'a':'c'}",
        "{'a':'c'}           | {'a':['b']}                | {'a':['b']}",
        "{'a':{'b':'c'}}     | {'a':{'b':'d','c':null}}   | {'a':{'b':'d'}}",
        "{'a':['b']}         | {'a':[1]}                  | {'a':[1]}",
        "['a','b']           | ['c','d']                  | ['c','d']",
        "{'a':'b'}           | ['c']                      | ['c']",
        "{'a':'foo'}         | null                       | null",
        "{'a':'foo'}         | \"bar\"                    | \"bar\"",
        "{'e':null}          | {'a':1}                    | {'e':null,'a':1}",
        "[1,2]               | {'a':'b','c':null}         | {'a':'b'}",
        "{}                  | {'a':{'bb':{'ccc':null}}}  | {'a':{'bb':{}}}",
    })
    void rfc7396Example_givesTheDocumentedResult(String target, String patch, String result) throws IOException {
        var wrap = Http.JSON.createObjectNode();
        var merged = patched(wrap.deepCopy().set("m", json(target)), wrap.deepCopy().set("m", json(patch)), "{}");
        assertEquals(json(result), Http.JSON.valueToTree(merged.get("m")));
    }

    @Test
    void absentMember_stays_andTheResultIsValidated() throws IOException {
        var target = json("{'name':'a','count':1}");
        var schema = "{\"properties\": {\"name\": {\"type\": \"string\"}, \"count\": {\"type\": [\"integer\", \"null\"], \"maximum\": 5}}}";
        assertEquals(Map.of("name", "a", "count", 5), patched(target, json("{'count':5}"), schema));
        var refused = assertThrows(ProblemException.class, () -> patched(target, json("{'count':6,'name':null}"), schema));
        assertEquals(Problem.VALIDATION_FAILED, refused.problem());
        assertEquals(java.util.Set.of("/count", "/name"), new java.util.HashSet<>(refused.items().stream().map(ProblemException.Item::pointer).toList()));
    }

    @Test
    void patchAndTarget_stayUnchanged() throws IOException {
        var target = json("{'m':{'a':{'b':1}}}");
        var patch = json("{'m':{'a':{'c':2}}}");
        var merged = patched(target, patch, "{}");
        assertEquals(json("{'m':{'a':{'b':1,'c':2}}}"), Http.JSON.valueToTree(merged));
        assertEquals(json("{'m':{'a':{'b':1}}}"), target);
        assertEquals(json("{'m':{'a':{'c':2}}}"), patch);
    }
}
