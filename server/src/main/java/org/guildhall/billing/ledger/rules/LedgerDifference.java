package org.guildhall.billing.ledger.rules;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What must be posted so that the ledger says what the mirror says. Posted transactions never change: one that the target doesn't have, or has
 * with other amounts, is reversed, and what replaces it is the next generation of its key.
 */
public final class LedgerDifference {

    /**
     * A transaction to post.
     *
     * @param generation of the key; a reversal has that of the reversed one
     * @param reversesId the transaction that it reverses, or null
     */
    public record NewTransaction(TargetTransaction transaction, int generation, @Nullable UUID reversesId) {

        /** The key, unique within the tenant: {@code pay_…:receipt:1}, and {@code pay_…:receipt:1:reversal}. */
        public String key() {
            return transaction.key() + ":" + generation + (reversesId == null ? "" : ":reversal");
        }
    }

    private LedgerDifference() {}

    /**
     * Reversals first, then new transactions.
     *
     * @param posted all transactions of the target's entities that aren't reversals
     * @param changedAt when a correction is effective
     */
    public static List<NewTransaction> of(LedgerTarget target, List<PostedTransaction> posted, Instant changedAt) {
        Map<String, PostedTransaction> newest = new TreeMap<>();
        posted.forEach(each -> newest.merge(each.key(), each, (one, other) -> one.generation() > other.generation() ? one : other));
        var reversals = new ArrayList<NewTransaction>();
        Map<String, Instant> reversedAt = new HashMap<>();
        newest.forEach((key, last) -> {
            if (last.reversedAt() != null) {
                reversedAt.put(key, last.reversedAt());
            } else if (!target.isLeft(key) && !isSame(target.byKey().get(key), last)) {
                var at = later(last.effectiveAt(), changedAt);
                reversals.add(reversal(last, at));
                reversedAt.put(key, at);
            }
        });
        var all = new ArrayList<>(reversals);
        target.byKey().forEach((key, wanted) -> {
            var last = newest.get(key);
            if (last == null) {
                all.add(new NewTransaction(wanted, 1, null));
            } else if (reversedAt.containsKey(key)) {
                // What replaces a transaction isn't effective before its reversal: the balance between them would count both.
                all.add(new NewTransaction(effectiveFrom(wanted, later(reversedAt.get(key), changedAt)), last.generation() + 1, null));
            }
        });
        return all;
    }

    private static boolean isSame(@Nullable TargetTransaction wanted, PostedTransaction posted) {
        return wanted != null && counted(wanted.postings()).equals(counted(posted.postings()));
    }

    private static Map<Posting, Long> counted(List<Posting> postings) {
        return postings.stream().collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static NewTransaction reversal(PostedTransaction posted, Instant at) {
        var postings = posted.postings().stream().map(Posting::reversed).toList();
        return new NewTransaction(
                new TargetTransaction(posted.entity(), posted.aspect(), posted.kind(), at, postings), posted.generation(), posted.id());
    }

    private static TargetTransaction effectiveFrom(TargetTransaction wanted, Instant earliest) {
        return new TargetTransaction(
                wanted.entity(), wanted.aspect(), wanted.kind(), later(wanted.effectiveAt(), earliest), wanted.postings());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }
}
