import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each mistake in a spec stops the build with a message that names the place and the mistake. */
class RefusalTest {

    @TempDir
    Path folder;

    private TinySpec spec;

    @BeforeEach
    void copy() {
        spec = TinySpec.in(folder);
    }

    @ParameterizedTest(name = "{4}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        catalog/thing.yaml  | x-audit: thing.deleted   | x-adit: thing.deleted     | catalog/thing.yaml (/api/v1/catalog/things/{thing_id}/delete): x-adit is unknown | an unknown member of an operation
        catalog/thing.yaml  | x-audit: thing.deleted   | x-personal: true          | x-personal doesn't belong here                       | a schema's member on an operation
        catalog/schemas/things.yaml | x-personal: true | x-persona: true           | x-persona is unknown                                 | an unknown member of a schema
        openapi.yaml        | title: Tiny              | "x-logo: here"            | x-logo is unknown                                    | an unknown member of info
        catalog/thing.yaml  | x-audit: thing.deleted   | x-rate-cost: 1            | DELETE /api/v1/catalog/things/{thing_id}: is a mutation without x-audit | a mutation without an audit action
        catalog/latest.yaml | summary: Read            | "x-audit: thing.read\\n  summary: Read" | GET /api/v1/catalog/things/latest: has x-audit, but changes nothing | an audit action on a read
        catalog/thing.yaml  | x-audit: thing.deleted   | x-audit: Deleted          | x-audit must be like product.created, not Deleted    | an audit action of another form
        catalog/thing.yaml  | x-audit: thing.deleted   | "x-audit: thing.deleted\\n  x-external: true" | DELETE /api/v1/catalog/things/{thing_id}: x-external is for a POST | a call outside of another method
        catalog/latest.yaml | summary: Read            | "x-external: true\\n  summary: Read" | GET /api/v1/catalog/things/latest: has x-external, but changes nothing | a call outside of a read
        catalog/thing.yaml  | x-if-match: optional     | x-if-match: maybe         | x-if-match is optional or required, not maybe        | an unknown value of x-if-match
        catalog/thing.yaml  | x-suspended: allowed     | x-suspended: yes          | x-suspended can only be allowed                      | an unknown value of x-suspended
        catalog/things.yaml | x-rate-cost: 2           | x-public-cache: true      | x-public-cache is for a GET with a scope that ends in :public | a public cache of a change
        catalog/things.yaml | x-rate-cost: 2           | x-rate-cost: 0            | x-rate-cost is 1 or more                             | a free operation
        catalog/things.yaml | "['catalog:write']"      | "['catalog:write', 'catalog:read']" | POST /api/v1/catalog/things: asks for more than one scope | two scopes
        catalog/things.yaml | "['catalog:write']"      | "['catalog:wrte']"        | the scope catalog:wrte isn't in Scope                | a scope that isn't declared
        catalog/things.yaml | "[{bearer: ['catalog:write']}]" | "[{}, {bearer: ['catalog:write']}]" | asks for a scope and lets anybody in  | a scope beside free access
        catalog/things.yaml | "security: [{bearer: ['catalog:write']}]" | deprecated: false | doesn't say who may call it              | no security
        catalog/things.yaml | "{bearer: ['catalog:write']}" | "{basic: []}"        | security knows the scheme bearer only                | another security scheme
        catalog/things.yaml | tags: [things]           | "tags: [things, parts]"   | must have exactly one tag                            | two tags
        catalog/things.yaml | tags: [things]           | tags: [thongs]            | the tag thongs isn't declared                        | a tag that isn't declared
        catalog/things.yaml | tags: [things]           | tags: [health]            | its tag health is of the domain platform             | a tag of another domain
        catalog/things.yaml | "x-expand: {owner: 'platform:read'}" | "x-expand: {}"  | x-expand names [], the parameter expand [owner]      | an expand parameter without scopes
        catalog/things.yaml | "'platform:read'"        | "'platform:reed'"         | x-expand: the scope platform:reed isn't in Scope     | an expand scope that isn't declared
        catalog/things.yaml | createThing              | listThings                | two operations are called listThings: GET /api/v1/catalog/things and POST /api/v1/catalog/things | an operationId twice
        catalog/things.yaml | operationId: createThing | deprecated: false         | POST /api/v1/catalog/things has no operationId       | no operationId
        catalog/things.yaml | "things.yaml#/NewThing"  | "things.yaml#/NowThing"   | the reference ./schemas/things.yaml#/NowThing leads to nothing in catalog/schemas/things.yaml | a dangling pointer
        catalog/things.yaml | "things.yaml#/NewThing"  | "thongs.yaml#/NewThing"   | the reference ./schemas/thongs.yaml#/NewThing leads to no file | a dangling file
        catalog/things.yaml | "./schemas/things.yaml#/NewThing" | "https://example.org/x.yaml#/X" | leaves the project                    | a reference to the web
        catalog/things.yaml | "{name: default, in"     | "{name: color, in"        | the parameter color is declared twice                | a parameter twice
        catalog/part.yaml   | name: part_key           | name: part_keys           | the path has [part_key, thing_id], the parameters say [part_keys, thing_id] | a path parameter by another name
        catalog/thing.yaml  | application/merge-patch+json | application/json      | is a PATCH, so its body must be application/merge-patch+json | a patch of another kind
        catalog/schemas/things.yaml | x-merge-patch: true | minProperties: 0       | the schema of a merge patch must say x-merge-patch: true | a patch schema that isn't marked
        catalog/checks.yaml | x-reads: true            | x-reads: maybe            | x-reads can only be true                             | an unknown value of x-reads
        openapi.yaml        | "tags: [things, parts, checks]" | "tags: [things, checks]" | tags: parts is in no group of x-tagGroups     | a tag without a group
        openapi.yaml        | "tags: [things, parts, checks]" | "tags: [things, parts, checks, wholes]" | x-tagGroups: the tag wholes isn't declared | a group with an unknown tag
        openapi.yaml        | "tags: [health, auth]"   | "tags: [health, auth, parts]" | x-tagGroups: the tag parts is listed twice       | a tag in two groups
        openapi.yaml        | "x-audit-category: access" | "x-audit-kind: access"  | tags: health has no x-audit-category                 | a tag without an audit category
        openapi.yaml        | "x-audit-category: access" | "x-audit-kind: access"  | tags: health: x-audit-kind is unknown                | an unknown member of a tag
        openapi.yaml        | "x-displayName: Parts"   | "description: Parts."     | tags: parts has no x-displayName                     | a tag without a name to display
        catalog/latest.yaml | "'200'"                  | "'404'"                   | GET /api/v1/catalog/things/latest: has no success response | no success response
        openapi.yaml        | "/api/v1/catalog/things/latest:" | "/api/v1/catalog/things/{thing_id}:" | openapi.yaml:                | a path twice
        openapi.yaml        | "/api/v1/catalog/things/latest:" | "/api/v1/catalog/things/{other}:" | the paths /api/v1/catalog/things/{thing_id} and /api/v1/catalog/things/{other} are the same | a path twice under two names
        """)
    void mistake_refusedWithPlaceAndReason(String file, String text, String other, String reason, String name) {
        spec.with(file, text, other.replace("\\n", "\n"));
        var refused = assertThrows(SpecMistakes.class, () -> spec.published(), name);
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    @Test
    void duplicateSchemaName_refused() {
        spec.with("catalog/schemas/things.yaml", "ThingList:", "Problem: {type: object}\nThingList:")
                .with("catalog/schemas/things.yaml", "part: {$ref: '#/Part'}", "part: {$ref: '#/Problem'}");
        var refused = assertThrows(SpecMistakes.class, () -> spec.joined());
        assertTrue(refused.getMessage().contains("two schemas are called Problem: "), refused.getMessage());
        assertTrue(refused.getMessage().contains("catalog/schemas/things.yaml#/Problem"), refused.getMessage());
        assertTrue(refused.getMessage().contains("shared/schemas.yaml#/Problem"), refused.getMessage());
    }

    @Test
    void schemaNamedLikeABuiltInType_refused() {
        spec.with("shared/schemas.yaml", "Moment:", "Instant:").with("catalog/schemas/things.yaml", "#/Moment", "#/Instant");
        var refused = assertThrows(SpecMistakes.class, () -> spec.joined());
        assertTrue(refused.getMessage().contains("no schema can be called Instant"), refused.getMessage());
    }

    @Test
    void severalMistakes_allReported() {
        spec.with("catalog/thing.yaml", "x-audit: thing.deleted", "x-rate-cost: 1")
                .with("catalog/things.yaml", "'catalog:write'", "'catalog:wrte'");
        var refused = assertThrows(SpecMistakes.class, () -> spec.policies());
        assertEquals(List.of("POST /api/v1/catalog/things: the scope catalog:wrte isn't in Scope",
                "DELETE /api/v1/catalog/things/{thing_id}: is a mutation without x-audit"), refused.reasons().stream().sorted().toList().reversed());
    }

    @Test
    void missingSharedComponent_isNamed() {
        spec.with("shared/parameters.yaml", "DryRun:", "DriRun:").with("shared/responses.yaml", "Conflict:", "Konflikt:");
        var refused = assertThrows(SpecMistakes.class, () -> spec.published());
        assertEquals(List.of("shared/parameters.yaml has no DryRun", "shared/responses.yaml has no Conflict"), refused.reasons());
    }

    @ParameterizedTest(name = "{3}")
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
        "flag: {type: boolean}"  | "flag: {type: [boolean, string]}"                         | ThingFlag: one type, or one and null   | two types
        "flag: {type: boolean}"  | "flag: {anyOf: [{type: string}, {type: integer}]}"         | ThingFlag: alternatives need oneOf with a discriminator | alternatives without a discriminator
        "enum: [red,"            | "enum: [RED, red,"                                         | Color: RED and red would both be called RED | two values with one name
        "flag: {type: boolean}"  | "old-color: {type: boolean}"                               | Thing: old_color and old-color would both be called oldColor | two members with one name
        "square: '#/Square'"     | ""                                                         | Shape: the discriminator's mapping must name each variant once | a variant without a value
        "  additionalProperties: false\\n  required: [key, parts]" | "  additionalProperties: true\\n  required: [key, parts]" | Part allows members beside its own ones: a record would lose them | members that a record would lose
        """)
    void namesInvalidInJava_refused(String text, String other, String reason, String name) {
        spec.with("catalog/schemas/things.yaml", text.replace("\\n", "\n"), other.replace("\\n", "\n"));
        var refused = assertThrows(SpecMistakes.class, () -> spec.serverView(), name);
        assertTrue(refused.getMessage().contains(reason), refused.getMessage());
    }

    @Test
    void unreadableFile_namedOnce() {
        spec.with("catalog/schemas/things.yaml", "flag: {type: boolean}", "flag: {type: boolean");
        var refused = assertThrows(SpecMistakes.class, () -> spec.joined());
        assertEquals(1, refused.reasons().size());
        assertTrue(refused.getMessage().contains("catalog/schemas/things.yaml:"), refused.getMessage());
    }

    @Test
    void unnamedSchema_clashingName_refused() {
        spec.with("catalog/schemas/things.yaml", "Owner:\n", "ThingSize: {type: string, enum: [a, b]}\nOwner:\n")
                .with("catalog/schemas/things.yaml", "flag: {type: boolean}", "flag: {$ref: '#/ThingSize'}");
        var refused = assertThrows(SpecMistakes.class, () -> spec.serverView());
        assertTrue(refused.getMessage().contains("would be called ThingSize"), refused.getMessage());
    }
}
