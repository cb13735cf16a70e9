package org.guildhall.smoke;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.client.Page;
import org.guildhall.client.Response;

/**
 * Things of one kind that are made only if they aren't there. One look at the first page of their list tells of all of them in a tenant
 * that is as small as ours; in a larger one whatever that page doesn't show is asked for by itself.
 *
 * @param <T> the kind
 */
final class Known<T> {

    private final Supplier<Page<T>> list;
    private final Function<T, String> key;
    private final Map<String, T> known = new HashMap<>();
    private boolean looked;
    private boolean complete;

    /** @param key what one of them is known by; null where it isn't one of ours */
    Known(Supplier<Page<T>> list, Function<T, String> key) {
        this.list = list;
        this.key = key;
    }

    /** @param find what is asked where the first page doesn't show it */
    T ensure(String wanted, Supplier<Page<T>> find, Supplier<Response<T>> make) {
        look();
        return known.computeIfAbsent(wanted, any -> complete ? make.get().value() : Shelf.ensure(find, make));
    }

    private void look() {
        if (!looked) {
            var page = list.get();
            page.data().forEach(entry -> known.put(key.apply(entry), entry));
            complete = !page.hasMore();
            looked = true;
        }
    }
}
