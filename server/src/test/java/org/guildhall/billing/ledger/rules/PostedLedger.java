package org.guildhall.billing.ledger.rules;

import static java.util.stream.Collectors.joining;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.guildhall.billing.ledger.facts.LedgerFacts;
import org.guildhall.billing.ledger.rules.LedgerDifference.NewTransaction;

/** A ledger in memory: it posts differences, and nothing in it changes afterwards. */
final class PostedLedger {

    private record Stored(UUID id, NewTransaction posted) {}

    private final TreeMap<String, Stored> stored = new TreeMap<>();
    private long ids;

    /** Posts what is missing, and tells it: {@code kind: debit > credit amount, …} for each transaction. */
    List<String> settle(LedgerFacts facts) {
        var entities = facts.entities();
        var posted = standing().stream().filter(each -> entities.contains(each.entity())).toList();
        var difference = LedgerDifference.of(LedgerTarget.of(facts, posted), posted, facts.changedAt());
        for (var each : difference) {
            if (stored.putIfAbsent(each.key(), new Stored(new UUID(0, ++ids), each)) != null) {
                throw new AssertionError("posted twice: " + each.key());
            }
        }
        return difference.stream().map(PostedLedger::text).toList();
    }

    private List<PostedTransaction> standing() {
        Map<UUID, Instant> reversed = new HashMap<>();
        stored.values().stream().filter(each -> each.posted().reversesId() != null)
                .forEach(each -> reversed.put(each.posted().reversesId(), each.posted().transaction().effectiveAt()));
        var standing = new ArrayList<PostedTransaction>();
        // The newest generation first: the difference depends on no order.
        for (var each : stored.descendingMap().values()) {
            var transaction = each.posted().transaction();
            if (each.posted().reversesId() == null) {
                standing.add(new PostedTransaction(each.id(), transaction.entity(), transaction.aspect(), transaction.kind(),
                        each.posted().generation(), transaction.effectiveAt(), transaction.postings(), reversed.get(each.id())));
            }
        }
        return standing;
    }

    private static String text(NewTransaction each) {
        var transaction = each.transaction();
        return (each.reversesId() == null ? "" : "reversal of ") + transaction.kind().value() + ": "
                + transaction.postings().stream().map(PostedLedger::text).collect(joining(", "));
    }

    private static String text(Posting posting) {
        return posting.debit().kind().value() + " > " + posting.credit().kind().value() + " " + posting.amountMinor() + " " + posting.currency();
    }

    /** Debits minus credits by kind and currency, such as {@code receivable AUD}; accounts without a balance are left out. */
    Map<String, Long> balances() {
        return balances(Instant.MAX);
    }

    /** The balances of the transactions that are effective at the instant. */
    Map<String, Long> balances(Instant at) {
        var balances = new TreeMap<String, Long>();
        for (var each : stored.values()) {
            if (!each.posted().transaction().effectiveAt().isAfter(at)) {
                for (var posting : each.posted().transaction().postings()) {
                    balances.merge(posting.debit().kind().value() + " " + posting.currency(), posting.amountMinor(), Math::addExact);
                    balances.merge(posting.credit().kind().value() + " " + posting.currency(), -posting.amountMinor(), Math::addExact);
                }
            }
        }
        balances.values().removeIf(balance -> balance == 0);
        return balances;
    }

    /** The sum over all ledger accounts, by currency. */
    Map<String, Long> sums(Instant at) {
        var sums = new TreeMap<String, Long>();
        balances(at).forEach((account, balance) -> sums.merge(account.replaceAll(".* ", ""), balance, Math::addExact));
        sums.values().removeIf(sum -> sum == 0);
        return sums;
    }

    long balance(String account) {
        return balances().getOrDefault(account, 0L);
    }

    int size() {
        return stored.size();
    }
}
