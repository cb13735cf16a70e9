package org.guildhall.core.json;

import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.text.IDNA.Info;
import com.ibm.icu.text.IDNA;
import com.ibm.icu.text.Normalizer2;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * E-mail addresses (RFC 6531): their validation and comparison. They are stored as sent and compared folded: the local part without case,
 * the domain as A-labels (UTS 46, nontransitional) in lower case.
 */
public final class EmailAddresses {

    private static final int LOCAL_BYTES_MAX = 64;
    private static final int DOMAIN_CHARACTERS_MAX = 253;

    /** The characters of HTML's e-mail inputs (WHATWG), with dots anywhere, and all visible characters beyond ASCII. */
    private static final Pattern LOCAL = Pattern.compile("[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~\\-[^\\x00-\\x7f\\p{C}\\p{Z}]]+");
    /** The quoted-string of RFC 5321. */
    private static final Pattern LOCAL_QUOTED = Pattern.compile("\"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\[\\x20-\\x7e]|[^\\x00-\\x7f\\p{C}\\p{Z}])*\"");
    private static final Pattern DOMAIN_ASCII = Pattern.compile(
            "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?){0,126}");
    private static final IDNA A_LABELS =
            IDNA.getUTS46Instance(IDNA.USE_STD3_RULES | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ | IDNA.NONTRANSITIONAL_TO_ASCII);

    private EmailAddresses() {}

    /** True if the text is an e-mail address. */
    static boolean isValid(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1) {
            return false;
        }
        var local = text.substring(0, at);
        // The length first: the patterns recurse deeply on long texts.
        return local.getBytes(StandardCharsets.UTF_8).length <= LOCAL_BYTES_MAX
                && (LOCAL.matcher(local).matches() || LOCAL_QUOTED.matcher(local).matches())
                && domain(text.substring(at + 1)) != null;
    }

    /** The folded form, by which addresses are compared; an invalid address is returned as it is. */
    public static String folded(String address) {
        int at = address.lastIndexOf('@');
        var domain = at < 0 ? null : domain(address.substring(at + 1));
        return domain == null ? address : foldedLocal(address.substring(0, at)) + "@" + domain;
    }

    /** The form for a mail server: the local part as it is, the domain as A-labels in lower case. An invalid address is returned as it is. */
    public static String deliverable(String address) {
        int at = address.lastIndexOf('@');
        var domain = at < 0 ? null : domain(address.substring(at + 1));
        return domain == null ? address : address.substring(0, at) + "@" + domain;
    }

    /** The folded form of an address that isn't all ASCII; null for an ASCII one, whose folded form is simply lower case. */
    public static @Nullable String key(@Nullable String address) {
        return address == null || isAscii(address) ? null : folded(address);
    }

    private static String foldedLocal(String local) {
        if (isAscii(local)) {
            return local.toLowerCase(Locale.ROOT);
        }
        var composed = Normalizer2.getNFCInstance();
        return composed.normalize(UCharacter.foldCase(composed.normalize(local), true));
    }

    /** The domain as A-labels in lower case; null if it is invalid. */
    private static @Nullable String domain(String domain) {
        if (domain.length() > DOMAIN_CHARACTERS_MAX) {
            return null;
        }
        if (isAscii(domain)) {
            return DOMAIN_ASCII.matcher(domain).matches() ? domain.toLowerCase(Locale.ROOT) : null;
        }
        var info = new Info();
        var labels = new StringBuilder();
        A_LABELS.nameToASCII(domain, labels, info);
        var ascii = labels.toString();
        return !info.hasErrors() && ascii.length() <= DOMAIN_CHARACTERS_MAX && DOMAIN_ASCII.matcher(ascii).matches() ? ascii : null;
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(character -> character < 0x80);
    }
}
