package org.guildhall.schedule.classes;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.guildhall.core.sql.RowReader;
import org.jooq.Field;
import org.jooq.Table;
import org.jspecify.annotations.Nullable;

/** The columns of {@link ClassRules}, which class types and sessions have by the same names. */
public final class RuleColumnStore {

    private final Field<Integer> waitlistPlaces;
    private final Field<Integer> bookingOpens;
    private final Field<Integer> bookingCloses;
    private final Field<Integer> cancellationCutoff;
    private final Field<Integer> waitlistCloses;
    private final Field<String> promotion;
    private final Field<Integer> offer;
    private final Field<Boolean> strictOrder;
    private final Field<Boolean> allowOverlap;
    private final Field<Integer> ageMin;
    private final Field<Integer> ageMax;
    private final Field<String> needsResourceKey;
    private final Field<Integer> needsQuantity;

    private RuleColumnStore(Table<?> table) {
        this.waitlistPlaces = column(table, "waitlist_places", Integer.class);
        this.bookingOpens = column(table, "booking_opens_minutes", Integer.class);
        this.bookingCloses = column(table, "booking_closes_minutes", Integer.class);
        this.cancellationCutoff = column(table, "cancellation_cutoff_minutes", Integer.class);
        this.waitlistCloses = column(table, "waitlist_closes_minutes", Integer.class);
        this.promotion = column(table, "promotion", String.class);
        this.offer = column(table, "offer_minutes", Integer.class);
        this.strictOrder = column(table, "strict_order", Boolean.class);
        this.allowOverlap = column(table, "allow_overlap", Boolean.class);
        this.ageMin = column(table, "age_min", Integer.class);
        this.ageMax = column(table, "age_max", Integer.class);
        this.needsResourceKey = column(table, "needs_resource_key", String.class);
        this.needsQuantity = column(table, "needs_quantity", Integer.class);
    }

    private static <T> Field<T> column(Table<?> table, String name, Class<T> type) {
        return Objects.requireNonNull(table.field(name, type));
    }

    /** The columns of a table. */
    public static RuleColumnStore of(Table<?> table) {
        return new RuleColumnStore(table);
    }

    public List<Field<?>> columns() {
        return List.of(
                waitlistPlaces, bookingOpens, bookingCloses, cancellationCutoff, waitlistCloses, promotion, offer, strictOrder, allowOverlap, ageMin,
                ageMax, needsResourceKey, needsQuantity);
    }

    /** The values of the columns, in their order. */
    public static List<@Nullable Object> values(ClassRules rules) {
        var needs = rules.needs();
        return Arrays.asList(
                rules.waitlistPlaces(), rules.bookingOpensMinutes(), rules.bookingClosesMinutes(), rules.cancellationCutoffMinutes(),
                rules.waitlistClosesMinutes(), rules.promotion(), rules.offerMinutes(), rules.strictOrder(), rules.allowOverlap(), rules.ageMin(),
                rules.ageMax(), needs == null ? null : needs.resourceKey(), needs == null ? null : needs.quantity());
    }

    public ClassRules read(RowReader cells) {
        var key = cells.get(needsResourceKey);
        return new ClassRules(
                cells.get(waitlistPlaces), cells.get(bookingOpens), cells.get(bookingCloses), cells.get(cancellationCutoff), cells.get(waitlistCloses),
                cells.get(promotion), cells.get(offer), cells.get(strictOrder), cells.get(allowOverlap), cells.get(ageMin), cells.get(ageMax),
                key == null ? null : new AllowanceUse(key, cells.get(needsQuantity)));
    }
}
