package org.guildhall.smoke;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.guildhall.client.Page;
import org.guildhall.client.Response;

/**
 * Creates resources of one kind if they are missing. The first page of their list is read once; a resource that it doesn't show is looked up
 * separately.
 *
 * @param <T> the kind of resource
 */
final class ResourceCache<T> {

    private final Supplier<Page<T>> list;
    private final Function<T, String> key;
    private final Map<String, T> known = new HashMap<>();
    private boolean looked;
    private boolean complete;

    /** @param key returns the external id; null for a foreign resource */
    ResourceCache(Supplier<Page<T>> list, Function<T, String> key) {
        this.list = list;
        this.key = key;
    }

    /** @param find looks the resource up if the first page doesn't show it */
    T ensure(String wanted, Supplier<Page<T>> find, Supplier<Response<T>> make) {
        look();
        return known.computeIfAbsent(wanted, any -> complete ? make.get().value() : CatalogSeed.ensure(find, make));
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
