package org.guildhall.billing.paystack;

import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.guildhall.billing.events.ProviderAccount;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderJson;
import org.jspecify.annotations.Nullable;

/** Reads Paystack's customers. */
final class PaystackCustomers {

    private static final int NAME_MAX = 250;
    private static final int TEXT_MAX = 512;
    private static final int PHONE_MAX = 60;

    private PaystackCustomers() {}

    static ProviderAccount read(ProviderEvent event) {
        var customer = PaystackMoney.read(event.object(), "customer");
        var name = Stream.of(customer.text("first_name", NAME_MAX), customer.text("last_name", NAME_MAX))
                .filter(Objects::nonNull)
                .collect(Collectors.joining(" "));
        return new ProviderAccount(
                customer.requiredReference("customer_code"), false, name.isEmpty() ? null : name, customer.text("email", TEXT_MAX),
                customer.text("phone", PHONE_MAX), null, null, customer.metadata());
    }

    /** The code of the customer of an object; null if it names none. */
    static @Nullable String of(ProviderJson object) {
        var customer = object.child("customer");
        return customer == null ? null : customer.reference("customer_code");
    }
}
