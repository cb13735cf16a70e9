package org.guildhall.billing.calls;

import java.util.Locale;
import org.guildhall.billing.events.ProviderFailure.Kind;
import org.guildhall.billing.events.ProviderFailure.Refusal;
import org.guildhall.billing.events.ProviderFailure;
import org.guildhall.core.json.Texts;
import org.jspecify.annotations.Nullable;

/** The refusal of a change in the provider's words. */
public final class RefusalWords {

    private static final int CODE_MAX = 100;
    private static final int MESSAGE_MAX = 500;
    private static final int NOT_FOUND = 404;
    private static final int UNAUTHORIZED = 401;

    private RefusalWords() {}

    /**
     * The failure that a refusal is.
     *
     * @param code the provider's code; null if it gave none
     * @param message the provider's sentence; null if it gave none. It isn't repeated for a wrong key, since it can have a part of the key.
     */
    public static ProviderFailure of(String provider, int status, @Nullable String code, @Nullable String message) {
        var word = code == null ? "" : code.toLowerCase(Locale.ROOT);
        boolean isCode = !word.isEmpty() && word.length() <= CODE_MAX && word.chars().allMatch(one -> one > ' ' && one < 0x7f);
        return new ProviderFailure(
                status == NOT_FOUND ? Kind.MISSING : Kind.REFUSED, provider + " answered " + status + (isCode ? " (" + word + ")." : "."), null,
                new Refusal(
                        isCode ? word : "http_" + status,
                        message == null || status == UNAUTHORIZED ? null : Texts.cut(message.replace("\0", ""), MESSAGE_MAX)));
    }
}
