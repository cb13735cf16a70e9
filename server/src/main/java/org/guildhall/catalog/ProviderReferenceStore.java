package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.PROVIDER_REFERENCES;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.jsonbObjectAgg;
import static org.jooq.impl.DSL.select;

import java.util.Map;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.TableField;
import org.guildhall.schema.catalog.tables.records.ProviderReferencesRecord;

/** What payment providers call our products and prices. */
final class ProviderReferenceStore {

    /** The references of a product, for a store that selects products. */
    static Field<JSONB> ofProduct(Field<UUID> productId) {
        return of(PROVIDER_REFERENCES.PRODUCT_ID, productId);
    }

    /** The references of a price, for a store that selects prices. */
    static Field<JSONB> ofPrice(Field<UUID> priceId) {
        return of(PROVIDER_REFERENCES.PRICE_ID, priceId);
    }

    private static Field<JSONB> of(TableField<ProviderReferencesRecord, UUID> target, Field<UUID> id) {
        return field(select(jsonbObjectAgg(PROVIDER_REFERENCES.PROVIDER, PROVIDER_REFERENCES.REFERENCE))
                .from(PROVIDER_REFERENCES)
                .where(target.eq(id)));
    }

    void ofProduct(Tx tx, UUID productId, Map<String, String> before, Map<String, String> after) {
        replace(tx, PROVIDER_REFERENCES.PRODUCT_ID, productId, before, after);
    }

    void ofPrice(Tx tx, UUID priceId, Map<String, String> before, Map<String, String> after) {
        replace(tx, PROVIDER_REFERENCES.PRICE_ID, priceId, before, after);
    }

    /** Brings the rows from one state to the other; nothing is sent for what stays. */
    private static void replace(
            Tx tx, TableField<ProviderReferencesRecord, UUID> target, UUID id, Map<String, String> before, Map<String, String> after) {
        if (before.equals(after)) {
            return;
        }
        if (!before.isEmpty()) {
            tx.sql().deleteFrom(PROVIDER_REFERENCES).where(target.eq(id)).execute();
        }
        if (!after.isEmpty()) {
            var insert = tx.sql().insertInto(PROVIDER_REFERENCES, PROVIDER_REFERENCES.PROVIDER, PROVIDER_REFERENCES.REFERENCE, target);
            after.forEach((provider, reference) -> insert.values(provider, reference, id));
            insert.execute();
        }
    }
}
