package org.guildhall.billing.gocardless;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.ProviderMandate;
import org.jspecify.annotations.Nullable;

/** Reads GoCardless's customers, and their mandates. */
final class GoCardlessCustomers {

    private static final int TEXT_MAX = 512;
    private static final int NAME_MAX = 250;
    private static final int WORD_MAX = 60;
    private static final int DIGITS_MAX = 4;

    private GoCardlessCustomers() {}

    static ProviderAccount read(ProviderEvent event) {
        var customer = object(event, GoCardlessFetches.CUSTOMER);
        var person = Stream.of(customer.text("given_name", NAME_MAX), customer.text("family_name", NAME_MAX))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
        var company = customer.text("company_name", TEXT_MAX);
        return new ProviderAccount(
                customer.requiredReference("id"), false, company != null ? company : person.isEmpty() ? null : person, customer.text("email", TEXT_MAX),
                customer.text("phone_number", WORD_MAX), null, null, customer.metadata());
    }

    static ProviderMandate readMandate(ProviderEvent event) {
        var mandate = object(event, GoCardlessFetches.MANDATE);
        var account = GoCardlessMoney.read(event.object(), "answer").child("customer_bank_account");
        var status = mandate.required("status", WORD_MAX);
        var state = switch (status) {
            case "pending_customer_approval", "pending_submission", "submitted" -> "pending";
            case "active" -> "active";
            case "failed", "cancelled", "expired", "blocked", "consumed", "suspended_by_payer" -> "ended";
            default -> throw mandate.wrong("status", "unknown");
        };
        var bank = account == null ? null : account.text("bank_name", WORD_MAX);
        var customer = customer(mandate);
        if (customer == null) {
            throw mandate.wrong("links.customer", "missing");
        }
        return new ProviderMandate(
                ProviderMandate.DIRECT_DEBIT, mandate.requiredReference("id"), customer, status, state, bank != null ? bank : mandate.text("scheme", WORD_MAX),
                account == null ? null : account.text("account_number_ending", DIGITS_MAX), mandate.requiredTime("created_at"));
    }

    /** The object of an answer. */
    static ProviderJson object(ProviderEvent event, String type) {
        var object = GoCardlessMoney.read(event.object(), "answer").child(type);
        if (object == null) {
            throw GoCardlessMoney.read(event.object(), "answer").wrong(type, "missing");
        }
        return object;
    }

    /** The customer of the mandate in an answer; null if there is none. */
    static @Nullable String customer(ProviderEvent event) {
        var mandate = GoCardlessMoney.read(event.object(), "answer").child(GoCardlessFetches.MANDATE);
        return mandate == null ? null : customer(mandate);
    }

    private static @Nullable String customer(ProviderJson mandate) {
        var links = mandate.child("links");
        return links == null ? null : links.reference("customer");
    }

    /** The id that a link names; null if there is none. */
    static @Nullable String link(ProviderJson object, String name) {
        var links = object.child("links");
        return links == null ? null : links.reference(name);
    }
}
