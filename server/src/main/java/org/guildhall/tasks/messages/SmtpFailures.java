package org.guildhall.tasks.messages;

import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.MessagingException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.guildhall.core.outbound.ForbiddenTarget;
import org.guildhall.tasks.messages.SendResult.Outcome;
import org.jspecify.annotations.Nullable;

/** Reads the failures of an SMTP exchange. */
final class SmtpFailures {

    private static final Pattern REPLY_CODE = Pattern.compile("^[0-9]{3}[ -]");

    private SmtpFailures() {}

    /**
     * The result of a failed attempt.
     *
     * @param handedOver true if the server had agreed to take the body
     */
    static SendResult result(Exception failed, boolean handedOver) {
        var causes = causes(failed);
        for (var cause : causes) {
            int code = code(cause);
            if (code >= 400) {
                return SendResult.of(code < 500 ? Outcome.DEFERRED : Outcome.REFUSED, Integer.toString(code), words(cause.getMessage()));
            }
        }
        if (handedOver) {
            return SendResult.of(Outcome.UNKNOWN, word(causes), "The message was handed over, and no answer came.");
        }
        if (find(causes, ForbiddenTarget.class) instanceof ForbiddenTarget forbidden) {
            return SendResult.of(Outcome.REFUSED, "target_forbidden", forbidden.getMessage());
        }
        if (find(causes, AuthenticationFailedException.class) instanceof AuthenticationFailedException login) {
            return SendResult.of(Outcome.DEFERRED, "login_refused", words(login.getMessage()));
        }
        return SendResult.of(Outcome.DEFERRED, word(causes), words(causes.getLast().getMessage()));
    }

    /** The reply code of the server for the sender, the recipient or the message; 0 if the failure has none. */
    private static int code(Throwable failure) {
        return switch (failure) {
            case SMTPAddressFailedException recipient -> recipient.getReturnCode();
            case SMTPSenderFailedException sender -> sender.getReturnCode();
            case SMTPSendFailedException message -> message.getReturnCode();
            default -> 0;
        };
    }

    private static String word(List<Throwable> causes) {
        if (find(causes, SSLException.class) != null || String.valueOf(causes.getFirst().getMessage()).contains("STARTTLS")) {
            return "tls_failed";
        }
        if (find(causes, SocketTimeoutException.class) != null) {
            return "timeout";
        }
        boolean unreachable = find(causes, ConnectException.class) != null || find(causes, UnknownHostException.class) != null
                || find(causes, NoRouteToHostException.class) != null;
        return unreachable ? "unreachable" : "lost_connection";
    }

    private static @Nullable Throwable find(List<Throwable> causes, Class<? extends Throwable> kind) {
        return causes.stream().filter(kind::isInstance).findFirst().orElse(null);
    }

    /** The failure, its causes, and the failures that the library chains to them. */
    private static List<Throwable> causes(Throwable failed) {
        var found = new ArrayList<Throwable>();
        var waiting = new ArrayList<>(List.of(failed));
        while (!waiting.isEmpty()) {
            var next = waiting.removeFirst();
            if (found.contains(next)) {
                continue;
            }
            found.add(next);
            if (next instanceof MessagingException chained && chained.getNextException() != null) {
                waiting.add(chained.getNextException());
            }
            if (next.getCause() != null) {
                waiting.add(next.getCause());
            }
        }
        return found;
    }

    /** An answer of the server without its code. */
    static @Nullable String words(@Nullable String answer) {
        return answer == null ? null : REPLY_CODE.matcher(answer.strip()).replaceFirst("");
    }
}
