package org.guildhall.billing.coupons;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import org.guildhall.api.model.BilledAmount;
import org.guildhall.api.model.ConnectionId;
import org.guildhall.api.model.CouponDuration;
import org.guildhall.api.model.CouponMapping;
import org.guildhall.api.model.CouponMappingId;
import org.guildhall.api.model.CouponMappingKind;
import org.guildhall.api.model.CouponMappingState;
import org.guildhall.api.model.ProductId;
import org.guildhall.billing.coupons.CouponMappingStore.Row;
import org.guildhall.billing.mirror.MirrorViews;
import org.guildhall.catalog.Catalog;
import org.guildhall.core.data.Tx;

/** Turns coupon mappings into their API form, with the products that the catalog has now. */
final class CouponMappingViews {

    private final Catalog catalog;

    CouponMappingViews(Catalog catalog) {
        this.catalog = catalog;
    }

    CouponMapping toApi(Tx tx, Row row) {
        return toApi(tx, List.of(row)).apply(row);
    }

    /** The form of each of these rows, with one round trip for each provider. */
    Function<Row, CouponMapping> toApi(Tx tx, List<Row> rows) {
        var references = new TreeMap<String, Set<String>>();
        rows.forEach(row -> references.computeIfAbsent(row.provider(), any -> new LinkedHashSet<>()).addAll(products(row)));
        var known = new HashMap<String, Map<String, UUID>>();
        references.forEach((provider, named) -> {
            var products = new HashMap<String, UUID>();
            catalog.referencedProducts(tx, provider, named).forEach(product -> products.put(product.reference(), product.productId()));
            known.put(provider, products);
        });
        return row -> toApi(row, known.getOrDefault(row.provider(), Map.of()));
    }

    private static List<String> products(Row row) {
        var products = row.coupon().products();
        return products == null ? List.of() : products;
    }

    private static CouponMapping toApi(Row row, Map<String, UUID> known) {
        var coupon = row.coupon();
        var products = products(row);
        return new CouponMapping(
                new CouponMappingId(row.id()), new ConnectionId(row.connectionId()), coupon.reference(), CouponMappingState.fromValue(coupon.state()),
                coupon.name(), coupon.percent() == null ? CouponMappingKind.AMOUNT : CouponMappingKind.PERCENT, coupon.percent(),
                coupon.amountMinor() == null || coupon.currency() == null ? null : new BilledAmount(coupon.amountMinor(), coupon.currency()),
                CouponDuration.fromValue(coupon.duration()), coupon.durationMonths(), coupon.redeemableUntil(),
                coupon.products() == null ? null : !products.isEmpty(), products,
                products.stream().map(known::get).filter(Objects::nonNull).distinct().map(ProductId::new).toList(), coupon.issuedAt(),
                MirrorViews.mirror(row.origin(), row.observedAt(), row.fetch()),
                coupon.metadata(), row.createdAt(), row.updatedAt(), row.version());
    }
}
