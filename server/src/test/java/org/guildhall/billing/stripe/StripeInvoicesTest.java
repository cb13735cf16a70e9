package org.guildhall.billing.stripe;

import static org.guildhall.billing.StripeBodies.invoice;
import static org.guildhall.billing.StripeBodies.line;
import static org.guildhall.billing.StripeBodies.object;
import static org.guildhall.billing.StripeBodies.olderInvoice;
import static org.guildhall.billing.StripeBodies.with;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.guildhall.billing.StripeSender;
import org.guildhall.billing.events.ProviderInvoice;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.core.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Invoices in the forms of several versions of Stripe's API. */
class StripeInvoicesTest {

    private static ProviderInvoice read(String type, Map<String, Object> invoice) {
        var body = StripeSender.event("evt_1", type, 1_795_600_300, invoice).getBytes(StandardCharsets.UTF_8);
        return StripeInvoices.read(StripeEvents.read(Json.parse(body)));
    }

    @Test
    void invoice_isReadWithLinesAndTaxes() {
        var read = read("invoice.finalized", invoice("in_1", "open"));
        assertEquals("in_1 open cus_harbour sub_harbour HARB-0007 AUD", read.reference() + " " + read.state() + " " + read.accountReference() + " "
                + read.subscriptionReference() + " " + read.number() + " " + read.currency());
        assertEquals(new ProviderInvoice.Amounts(12_900, 0, 1_173L, 12_900, 12_900, 0, 12_900, null, 0, 0L), read.amounts());
        assertEquals(1_795_600_100, read.dates().issuedAt().getEpochSecond());
        var line = read.lines().getFirst();
        assertEquals("price_harbour prod_harbour si_harbour false", line.priceReference() + " " + line.productReference() + " "
                + line.subscriptionItemReference() + " " + line.proration());
        assertEquals(11_727, line.netMinor());
        assertEquals(List.of(new ProviderInvoice.Tax(1_173, true, "txr_gst", null, null, "standard_rated")), line.taxes());
        assertEquals(Map.of("club", "harbour"), read.metadata());
    }

    @Test
    void olderForm_isReadAlike() {
        for (var status : List.of("draft", "open", "paid")) {
            assertEquals(read("invoice.updated", invoice("in_1", status)), read("invoice.updated", olderInvoice("in_1", status)));
        }
    }

    @Test
    void expandedRate_hasNameAndPercentage() {
        var line = with(line("il_1", 12_900, 1_290), "taxes", List.of(object("amount", 1_290, "tax_behavior", "exclusive", "tax_rate_details",
                object("tax_rate", "txr_gst"))), "tax_rates", List.of(object("id", "txr_gst", "display_name", "GST", "percentage", 10.0)));
        var tax = read("invoice.updated", with(invoice("in_1", "open"), "lines", object("data", List.of(line)))).lines().getFirst().taxes().getFirst();
        assertEquals(new ProviderInvoice.Tax(1_290, false, "txr_gst", "GST", "10", null), tax);
    }

    @Test
    void shipping_isALine_andDiscountsAreSummed() {
        var line = with(line("il_1", 17_400, 0), "taxes", List.of(), "discount_amounts", List.of(object("amount", 1_740), object("amount", 260)));
        var read = read("invoice.updated", with(
                invoice("in_1", "open"), "lines", object("has_more", true, "data", List.of(line)), "total_discount_amounts",
                List.of(object("amount", 2_000)), "shipping_cost", object("amount_subtotal", 1_000, "amount_tax", 100, "amount_total", 1_100)));
        assertEquals("15400 1000", read.lines().getFirst().netMinor() + " " + read.lines().getLast().netMinor());
        assertFalse(read.lines().getLast().taxes().getFirst().inclusive());
        assertEquals(2_000, read.amounts().discountMinor());
        assertFalse(read.linesComplete());
    }

    @Test
    void deletedInvoice_isToldByItsEvent() {
        assertEquals("deleted", read("invoice.deleted", invoice("in_1", "draft")).state());
    }

    @Test
    void noStatedTax_isNotZero() {
        assertNull(read("invoice.updated", with(invoice("in_1", "open"), "total_taxes", null)).amounts().taxMinor());
        assertEquals(0, read("invoice.updated", with(invoice("in_1", "open"), "total_taxes", List.of())).amounts().taxMinor());
    }

    @Test
    void smallestUnits_areThoseOfIso() {
        assertEquals(5_000, read("invoice.updated", with(olderInvoice("in_1", "open"), "currency", "isk", "subtotal", 500_000, "total", 500_000,
                "amount_due", 500_000, "amount_remaining", 500_000, "total_tax_amounts", List.of(), "lines", object("data", List.of()))).amounts().totalMinor());
    }

    @ParameterizedTest
    @CsvSource({
        "currency, ", "currency, zzz", "status, ", "status, paused", "status, 7", "subtotal, 12.5", "total, '12900'", "lines, 7", "id, ", "due_date, soon",
    })
    void wrongMember_isUnreadable(String member, String value) {
        Object wrong = value == null ? null : value.matches("-?[0-9]+") ? Long.valueOf(value) : value.matches("[0-9.]+") ? Double.valueOf(value) : value;
        if (member.equals("total")) {
            wrong = String.valueOf(value);
        }
        var body = with(invoice("in_1", "open"), member, wrong);
        assertThrows(UnreadableEvent.class, () -> read("invoice.updated", body));
    }

    @Test
    void amountThatMinorUnitsCannotExpress_isUnreadable() {
        assertThrows(UnreadableEvent.class, () -> read("invoice.updated", with(invoice("in_1", "open"), "currency", "isk", "total", 12_950)).amounts());
    }
}
