package org.guildhall.catalog;

import static org.guildhall.schema.catalog.Tables.PROVIDER_REFERENCES;
import static org.jooq.impl.DSL.array;
import static org.jooq.impl.DSL.concat;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.guildhall.core.data.Tx;
import org.guildhall.schema.catalog.tables.records.ProviderReferencesRecord;
import org.jooq.Field;
import org.jooq.TableField;

/** What payment providers call our products and prices. */
final class ProviderReferenceStore {

    private static final String SEPARATOR = "=";

    /** The references of a product, for a store that selects products. */
    static Field<String[]> ofProduct(Field<UUID> productId) {
        return of(PROVIDER_REFERENCES.PRODUCT_ID, productId);
    }

    /** The references of a price, for a store that selects prices. */
    static Field<String[]> ofPrice(Field<UUID> priceId) {
        return of(PROVIDER_REFERENCES.PRICE_ID, priceId);
    }

    private static Field<String[]> of(TableField<ProviderReferencesRecord, UUID> target, Field<UUID> id) {
        // An array of the rows as they are: cheaper by half than an aggregate, for something that every read of a product carries.
        return array(select(concat(PROVIDER_REFERENCES.PROVIDER, inline(SEPARATOR), PROVIDER_REFERENCES.REFERENCE))
                .from(PROVIDER_REFERENCES)
                .where(target.eq(id)));
    }

    /** What such a field holds, by provider. */
    static Map<String, String> map(String[] references) {
        var map = new TreeMap<String, String>();
        for (var reference : references) {
            // No provider's name has one in it.
            int separator = reference.indexOf(SEPARATOR);
            map.put(reference.substring(0, separator), reference.substring(separator + 1));
        }
        return map;
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
