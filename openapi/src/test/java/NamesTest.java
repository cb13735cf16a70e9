import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conversion of the document's names and texts to Java. */
class NamesTest {

    @ParameterizedTest
    @CsvSource({
        "plan_ladder, PlanLadder, planLadder, PLAN_LADDER",
        "plan-ladders, PlanLadders, planLadders, PLAN_LADDERS",
        "createProduct, CreateProduct, createProduct, CREATE_PRODUCT",
        "default, Default, defaultValue, DEFAULT",
        "class, Class, classValue, CLASS",
        "-created_at, CreatedAt, createdAt, CREATED_AT_DESCENDING",
        "2d, The2d, the2d, _2D",
        "openapi.json, OpenapiJson, openapiJson, OPENAPI_JSON"
    })
    void names(String name, String type, String member, String constant) {
        assertEquals(type, Names.type(name));
        assertEquals(member, Names.member(name));
        assertEquals(constant, Names.constant(name));
    }

    @Test
    void clientMethod_isOperationWithoutResource() {
        var calls = new TinySpec(TinySpec.ORIGINAL).policies();
        assertEquals("create", calls.get("createThing").call());
        assertEquals("list", calls.get("listThings").call());
        assertEquals("getLatestThing", calls.get("getLatestThing").call());
        assertEquals("get", calls.get("getHealth").call());
    }

    @Test
    void javadoc_commentEndInText_isEscaped() {
        assertEquals(String.join("\n",
                "     * Ends &lt;here&gt; *&#47; &amp; <code>code</code> &#64;see &#92;u000a.",
                "     *",
                "     * <p>Second."), Javadoc.of("Ends <here> */ & `code` @see \\u000a.\n\nSecond.\n", 4));
        assertEquals("", Javadoc.of(" ", 4));
        assertEquals(" * Refusals:\n * <ul>\n * <li>404 `if</code> lost.\n * <li>409 in use.\n * </ul>".replace("`", "<code>"),
                Javadoc.of("Refusals:\n- 404 `if` lost.\n- 409 in\n  use.", 0));
    }
}
