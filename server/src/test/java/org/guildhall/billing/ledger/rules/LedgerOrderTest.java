package org.guildhall.billing.ledger.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.guildhall.billing.ledger.facts.BalanceFacts;
import org.guildhall.billing.ledger.facts.CreditNoteFacts;
import org.guildhall.billing.ledger.facts.InvoiceFacts;
import org.guildhall.billing.ledger.rules.ProviderSimulation.Told;

/** The order in which states arrive changes no balance, and the balances are those of the provider. */
class LedgerOrderTest {

    private static final int TRIES = 300;

    /** Lets the states arrive one by one. As in the mirror, an older state of an object changes nothing. */
    private static PostedLedger arrive(List<Told> stream) {
        var ledger = new PostedLedger();
        Map<UUID, Told> mirror = new HashMap<>();
        for (var told : stream) {
            mirror.merge(told.id(), told, (old, next) -> next.version() > old.version() ? next : old);
            ledger.settle(LedgerWorld.facts(mirror.values().stream().map(each -> moved(each.facts(), mirror.values())).toArray()));
        }
        return ledger;
    }

    /** A balance with what the arrived states make of it until its instant; other facts as they are. */
    private static Object moved(Object facts, Collection<Told> mirror) {
        if (!(facts instanceof BalanceFacts balance)) {
            return facts;
        }
        long moved = 0;
        for (var told : mirror) {
            moved += switch (told.facts()) {
                case InvoiceFacts invoice when isTaken(invoice, balance.at()) -> -invoice.creditAppliedMinor();
                case CreditNoteFacts note when note.active() && !note.issuedAt().isAfter(balance.at()) -> note.toBalanceMinor();
                default -> 0;
            };
        }
        return new BalanceFacts(balance.id(), balance.currency(), balance.creditMinor(), moved, balance.at());
    }

    private static boolean isTaken(InvoiceFacts invoice, Instant at) {
        return !invoice.at().orChanged(invoice.at().finalized()).isAfter(at)
                && (invoice.isFinalized() || invoice.state().equals("void") && invoice.at().changed().isAfter(at));
    }

    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void balances_areTheProviders_inEachOrder(
            @ForAll @Size(min = 5, max = 30) List<@IntRange(max = 2_000) Integer> steps, @ForAll long order) {
        var provider = new ProviderSimulation();
        steps.forEach(provider::step);
        var ordered = arrive(provider.stream());
        assertEquals(provider.receivable(), ordered.balance("receivable AUD"), "receivable");
        assertEquals(provider.balance(), ordered.balance("clearing AUD"), "clearing");
        assertEquals(-provider.credit(), ordered.balance("credit AUD"), "credit");
        assertEquals(provider.disputed(), ordered.balance("disputes AUD"), "disputes");
        assertEquals(0, ordered.balance("refund_clearing AUD"), "refunds without a reason");
        assertTrue(ordered.balance("tax_payable AUD") <= 0, "more tax undone than was owed");

        var random = new Random(order);
        var shuffled = new ArrayList<>(provider.stream());
        if (!shuffled.isEmpty()) {
            shuffled.add(shuffled.get(random.nextInt(shuffled.size())));
        }
        Collections.shuffle(shuffled, random);
        var other = arrive(shuffled);
        assertEquals(ordered.balances(), other.balances());
        for (int day = 1; day <= 3; day++) {
            assertEquals(Map.of(), other.sums(LedgerWorld.day(day)), "the sum of day " + day);
        }
    }

    @Example
    void everyPermutation_withEachStateDoubled_givesTheSameBalances() {
        var provider = new ProviderSimulation();
        provider.step(0);
        provider.step(2);
        provider.step(7);
        var stream = provider.stream();
        var some = List.of(stream.get(0), stream.get(1), stream.get(3), stream.get(4), stream.get(5), stream.get(7));
        var expected = arrive(some).balances();
        assertEquals(Map.of(), Map.copyOf(arrive(some).sums(Instant.MAX)));
        permute(new ArrayList<>(some), 0, order -> {
            assertEquals(expected, arrive(order).balances());
            var doubled = new ArrayList<>(order);
            doubled.add(order.getFirst());
            assertEquals(expected, arrive(doubled).balances());
        });
    }

    private static void permute(List<Told> some, int from, Consumer<List<Told>> each) {
        if (from == some.size()) {
            each.accept(some);
        }
        for (int at = from; at < some.size(); at++) {
            Collections.swap(some, from, at);
            permute(some, from + 1, each);
            Collections.swap(some, from, at);
        }
    }
}
