package org.guildhall.billing.paystack;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.guildhall.billing.calls.CallTime;
import org.guildhall.billing.calls.ProviderApi;
import org.guildhall.billing.events.ProviderCheckout;
import org.guildhall.billing.events.ProviderCheckouts;
import org.guildhall.billing.events.ProviderEvent;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.billing.events.ProviderJson;
import org.guildhall.billing.events.UnreadableEvent;
import org.guildhall.billing.events.Unsupported;
import org.jspecify.annotations.Nullable;

/**
 * Checkout sessions at Paystack: transactions whose reference is our id of the session. Paystack refuses a reference twice and never shows the address of a
 * transaction again. So if the answer of a call was lost, nobody has the address; the next call opens another transaction with a number behind the
 * reference, unless the earlier one is paid.
 */
final class PaystackCheckouts implements ProviderCheckouts {

    private static final int WORD_MAX = 60;
    private static final int URL_MAX = 4_000;
    /** The transactions of one session. */
    private static final int TRANSACTIONS_MAX = 5;
    private static final Pattern REFERENCE = Pattern.compile("chs-([0-9a-z]{26})(-[2-9])?");
    private static final String CANCEL = "cancel_action";
    private static final String REFERENCE_MEMBER = "reference";

    private final PaystackApi api;

    PaystackCheckouts(PaystackApi api) {
        this.api = api;
    }

    @Override
    public List<Unsupported> unsupported(NewCheckout session) {
        var wrong = new ArrayList<>(Unsupported.secondPrice("Paystack", session.prices().size()));
        var price = session.prices().getFirst();
        if (price.recurs() && price.reference() == null) {
            wrong.add(Unsupported.noReference("price_ids/0"));
        }
        if (!PaystackMoney.isCurrency(price.currency())) {
            wrong.add(Unsupported.of("price_ids/0", "Paystack doesn't take " + price.currency() + "."));
        }
        if (!price.includesTax()) {
            wrong.add(Unsupported.of("price_ids/0", "Paystack adds no tax. Make a price with `tax_behavior: inclusive`."));
        }
        if (session.email() == null) {
            wrong.add(new Unsupported("payer_email", "required", "Paystack needs the payer's address, and the account has none. Set `payer_email`."));
        }
        return wrong;
    }

    @Override
    public Map<String, String> parameters(NewCheckout session) {
        var price = session.prices().getFirst();
        var parameters = new TreeMap<String, String>();
        parameters.put("amount", Long.toString(PaystackMoney.wire(price.amountMinor(), price.currency())));
        parameters.put("currency", price.currency());
        parameters.put("email", String.valueOf(session.email()));
        parameters.put("callback_url", session.successUrl());
        if (price.recurs()) {
            parameters.put("plan", String.valueOf(price.reference()));
        }
        if (session.cancelUrl() != null) {
            parameters.put(CANCEL, session.cancelUrl());
        }
        return parameters;
    }

    @Override
    public ProviderCheckout open(String apiKey, Asked session) throws ProviderFailure {
        var time = new CallTime();
        for (int number = 1; number <= TRANSACTIONS_MAX; number++) {
            var reference = reference(session.ownReference(), number);
            var made = api.post(apiKey, "/transaction/initialize", body(session, reference), time);
            if (made.isDone()) {
                return opened(made.body(), session.ownReference(), reference);
            }
            if (!isDuplicate(made.body())) {
                throw PaystackApi.refused(made);
            }
            var earlier = read(api.data(apiKey, "/transaction/verify/" + ProviderApi.encoded(reference), Map.of(), time));
            if (earlier != null && earlier.state().equals("completed")) {
                return earlier;
            }
        }
        throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack's answers were lost too often.", null);
    }

    /** Paystack's references have no underscore. */
    private static String reference(String own, int number) {
        return own.replace('_', '-') + (number == 1 ? "" : "-" + number);
    }

    private static Map<String, Object> body(Asked session, String reference) {
        var body = new HashMap<String, Object>(session.parameters());
        var metadata = new HashMap<String, String>();
        metadata.put("guildhall_checkout_session_id", session.ownReference());
        var cancel = body.remove(CANCEL);
        if (cancel != null) {
            metadata.put(CANCEL, cancel.toString());
        }
        body.put("metadata", metadata);
        body.put(REFERENCE_MEMBER, reference);
        return body;
    }

    private static boolean isDuplicate(JsonNode body) {
        return "duplicate_reference".equals(body.path("code").textValue())
                || body.path("message").asText().toLowerCase(Locale.ROOT).contains("duplicate transaction reference");
    }

    private static ProviderCheckout opened(JsonNode body, String own, String reference) throws ProviderFailure {
        try {
            var page = PaystackMoney.read(PaystackApi.data(body), "data");
            return new ProviderCheckout(reference, own, "open", false, null, null, null, null, page.required("authorization_url", URL_MAX));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack's answer isn't a transaction.", null);
        }
    }

    /** The session that a fetched transaction belongs to; null if it is none of ours. */
    static @Nullable ProviderCheckout read(ProviderEvent answer) {
        return read(PaystackMoney.read(answer.object(), "transaction"));
    }

    private static @Nullable ProviderCheckout read(JsonNode transaction) throws ProviderFailure {
        try {
            return read(PaystackMoney.read(transaction, "transaction"));
        } catch (UnreadableEvent unreadable) {
            throw new ProviderFailure(Kind.UNAVAILABLE, "Paystack's answer isn't a transaction.", null);
        }
    }

    private static @Nullable ProviderCheckout read(ProviderJson transaction) {
        var reference = transaction.requiredReference(REFERENCE_MEMBER);
        var own = REFERENCE.matcher(reference);
        if (!own.matches()) {
            return null;
        }
        var status = transaction.required("status", WORD_MAX);
        boolean paid = status.equals("success") || status.equals("reversed");
        return new ProviderCheckout(
                reference, "chs_" + own.group(1), paid ? "completed" : "open", false, paid ? status : null, PaystackCustomers.of(transaction), null, null, null);
    }
}
