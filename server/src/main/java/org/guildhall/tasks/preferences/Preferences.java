package org.guildhall.tasks.preferences;

import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.guildhall.core.http.Api;
import org.guildhall.core.sql.Batch;
import org.guildhall.core.time.QuietHours;
import org.guildhall.tasks.preferences.PreferenceStore.Row;
import org.guildhall.tasks.preferences.PreferenceStore.Window;

/** The part {@code preferences}: what the messages need of it. */
public final class Preferences {

    private final PreferenceStore store = new PreferenceStore();

    /** Binds the operations of this part. */
    public void bind(Api api) {
        new MessagePreferencesHandler(store).bind(api.routes());
    }

    /** Adds the read of the rules by which messages are held. */
    public Supplier<HoldRules> rules(Batch batch) {
        var row = store.get(batch);
        return () -> rules(row.get());
    }

    private static HoldRules rules(Row row) {
        var quiet = row.values().windows().stream().collect(Collectors.groupingBy(Window::category, Collectors.collectingAndThen(
                Collectors.mapping(Window::hours, Collectors.toList()),
                QuietHours::new)));
        return new HoldRules(row.zone(), quiet, row.values().emailsPerDay());
    }
}
