package org.guildhall.catalog;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.guildhall.api.TypeIds;
import org.guildhall.core.data.Db;
import org.guildhall.core.data.PageRequest;
import org.guildhall.core.data.Tx;
import org.jooq.ExecuteContext;
import org.jooq.ExecuteListener;
import org.jooq.impl.DefaultExecuteListenerProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reading costs one trip to the database, whatever stands beside the rows that are asked for. */
class RoundTripsTest {

    private static final PageRequest BY_AGE = new PageRequest(50, "created_at", false, null, false, position -> "");
    private static final PageRequest BY_RANK = new PageRequest(50, "rank", false, null, false, position -> "");

    private final Shelf shelf = new Shelf();
    private UUID ladder;
    private UUID tier;
    private UUID product;
    private UUID set;

    @BeforeEach
    void begin() {
        var id = shelf.published("P");
        product = TypeIds.parse("prd", id);
        var on = shelf.ladder("L");
        ladder = TypeIds.parse("lad", on);
        tier = TypeIds.parse("tir", shelf.tier(on, "T", id));
        set = TypeIds.parse("ens", shelf.set("S"));
        shelf.fedwiki();
    }

    private void costsOne(Consumer<Tx> read) {
        var statements = new AtomicInteger();
        shelf.tenant.guild().db().read(shelf.tenant.id(), Db.ANY_REVISION, tx -> {
            tx.sql().configuration().set(new DefaultExecuteListenerProvider(new ExecuteListener() {
                private static final long serialVersionUID = 1;

                @Override
                public void executeStart(ExecuteContext context) {
                    statements.incrementAndGet();
                }
            }));
            read.accept(tx);
            return null;
        });
        assertEquals(1, statements.get());
    }

    @Test
    void aLadderBringsItsTiers() {
        var ladders = new PlanLadderStore();
        costsOne(tx -> assertEquals(tier, ladders.get(tx, ladder).tiers().getFirst().id()));
        costsOne(tx -> assertEquals(tier, ladders.list(tx, BY_AGE, new PlanLadderStore.Filter(null, null, null, null)).data().getFirst().tiers().getFirst().id()));
        costsOne(tx -> assertEquals(tier, ladders.listOfProduct(tx, BY_AGE, product).data().getFirst().tiers().getFirst().id()));
    }

    @Test
    void aTierBringsItsProduct() {
        var tiers = new TierStore();
        costsOne(tx -> assertEquals(product, tiers.get(tx, tier).productId()));
        costsOne(tx -> assertEquals(product, tiers.list(tx, BY_RANK, ladder, new TierStore.Filter(null, null, null, Instant.now())).data().getFirst().productId()));
    }

    @Test
    void anIntegrationBringsItsKeys() {
        var integrations = new IntegrationStore();
        costsOne(tx -> assertEquals(3, integrations.list(tx, BY_AGE, new IntegrationStore.Filter(null, null, null, null, null)).data().getFirst().resourceKeys().size()));
    }

    @Test
    void aProductBringsItsKindAndAListOfRulesIsOneStatementNowAndThen() {
        costsOne(tx -> assertEquals("plan", new ProductStore().get(tx, product).kind()));
        var rules = new EntitlementRuleStore();
        costsOne(tx -> rules.list(tx, BY_AGE, set, new EntitlementRuleStore.Filter(null, null, null, null, null)));
        costsOne(tx -> rules.list(tx, BY_AGE, set, new EntitlementRuleStore.Filter(null, null, null, null, Instant.now())));
    }
}
