package org.guildhall.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.guildhall.client.model.NewProduct;
import org.guildhall.client.model.Product;
import org.guildhall.client.model.ProductKind;
import org.guildhall.client.model.ProductLifecycleStatus;
import org.guildhall.client.model.ProductPatch;
import org.junit.jupiter.api.Test;

/** Models read known members, keep unknown ones, and write only members that were set. */
class ModelsTest {

    private final ObjectMapper json = Guildhall.mapper();

    @Test
    void resource_isReadWithAllMembers() throws Exception {
        Product product = json.readValue(Samples.product("prd_1", "Adult"), Product.class);
        assertEquals("prd_1", product.id());
        assertEquals(ProductLifecycleStatus.DRAFT, product.lifecycleStatus());
        assertEquals(Instant.parse("2026-11-21T02:15:00Z"), product.createdAt());
        assertEquals(1L, product.version());
        assertTrue(product.additional().isEmpty());
    }

    @Test
    void unknownMember_roundTrips() throws Exception {
        String newer = Samples.product("prd_1", "Adult").replace("\"version\":1}",
                "\"version\":1,\"weight\":1.50,\"big\":12345678901234567890,\"parts\":[{\"x\":null}]}");
        Product product = json.readValue(newer, Product.class);
        assertEquals(3, product.additional().size());
        // Jackson may write an instant with fewer trailing zeros.
        assertEquals(json.readTree(newer.replace(".000000Z", "Z")), json.readTree(json.writeValueAsString(product)));
        assertTrue(json.writeValueAsString(product).contains("\"weight\":1.50"), "a number keeps its trailing zeros");
    }

    @Test
    void unknownEnumValue_roundTrips() throws Exception {
        Product product = json.readValue(Samples.product("prd_1", "Adult").replace("\"draft\"", "\"mothballed\""), Product.class);
        assertFalse(product.lifecycleStatus().isKnown());
        assertEquals("mothballed", product.lifecycleStatus().value());
        assertTrue(json.writeValueAsString(product).contains("\"lifecycle_status\":\"mothballed\""));
    }

    @Test
    void knownEnumValue_equalsItsConstant() throws Exception {
        assertEquals(ProductKind.ONE_TIME, json.readValue("\"one_time\"", ProductKind.class));
        assertTrue(ProductKind.of("one_time").isKnown());
        assertEquals("one_time", ProductKind.ONE_TIME.toString());
        assertEquals(4, ProductKind.KNOWN.size());
    }

    @Test
    void member_notInFields_isNull() throws Exception {
        Product product = json.readValue("{\"id\":\"prd_1\"}", Product.class);
        assertNull(product.version());
        assertNull(product.metadata());
    }

    @Test
    void newResource_writesOnlySetMembers() throws Exception {
        var product = new NewProduct("Adult");
        assertEquals("{\"name\":\"Adult\"}", json.writeValueAsString(product));
        assertEquals("{\"external_id\":\"adult\",\"name\":\"Adult\",\"metadata\":{\"a\":\"b\"}}",
                json.writeValueAsString(product.withExternalId("adult").withMetadata(Map.of("a", "b"))));
        assertNull(product.externalId(), "a wither returns a copy");
    }

    @Test
    void patch_distinguishesAbsentNullAndValue() throws Exception {
        assertEquals("{}", json.writeValueAsString(new ProductPatch()));
        assertEquals("{\"external_id\":null,\"name\":\"Junior\"}", json.writeValueAsString(new ProductPatch().withName("Junior").withExternalId(null)));
        var metadata = new HashMap<String, String>();
        metadata.put("audience", null);
        assertEquals("{\"metadata\":{\"audience\":null}}", json.writeValueAsString(new ProductPatch().withMetadata(metadata)));
    }

    @Test
    void patch_roundTrips() throws Exception {
        ProductPatch patch = json.readValue("{\"description\":null}", ProductPatch.class);
        assertTrue(patch.description().isPresent());
        assertFalse(patch.name().isPresent());
        assertEquals("{\"description\":null}", json.writeValueAsString(patch));
    }

    @Test
    void requiredMember_setToNull_refused() {
        assertThrows(NullPointerException.class, () -> new ProductPatch().withName(null));
    }

    @Test
    void mapper_isACopy_writesLikeTheClient() throws JsonProcessingException {
        ObjectMapper other = Guildhall.mapper();
        assertNotSame(other, Guildhall.mapper());
        assertEquals("\"2026-11-21T02:15:00Z\"", Guildhall.mapper().writeValueAsString(Instant.parse("2026-11-21T02:15:00Z")));
    }
}
