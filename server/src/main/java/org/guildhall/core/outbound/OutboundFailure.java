package org.guildhall.core.outbound;

/**
 * A call that had no answer. The message is for the tenant: it contains neither an address that was found nor a text of a library.
 */
public final class OutboundFailure extends Exception {

    private static final long serialVersionUID = 1;

    /** The stage at which the call ended. */
    public enum Code {
        /** The target breaks a rule for addresses, or its name leads to an address that isn't public. */
        TARGET_FORBIDDEN("target_forbidden"),
        /** The name server says that the name doesn't exist. */
        NAME_UNKNOWN("name_unknown"),
        /** No name server gave an answer, or this node has failed: it says nothing about the target. */
        NO_RESOLVER("no_resolver"),
        /** No connection could be opened. */
        CONNECT_FAILED("connect_failed"),
        /** The TLS handshake failed, or the certificate isn't trusted or is for another name. */
        TLS_FAILED("tls_failed"),
        /** The deadline passed. */
        TIMEOUT("timeout"),
        /** The answer isn't HTTP, or the connection broke. */
        PROTOCOL_ERROR("protocol_error"),
        TOO_MANY_REDIRECTS("too_many_redirects");

        private final String value;

        Code(String value) {
            this.value = value;
        }

        /** The wire form. */
        public String value() {
            return value;
        }
    }

    private final Code code;
    private final boolean handedOver;

    public OutboundFailure(Code code, String detail) {
        this(code, detail, false);
    }

    private OutboundFailure(Code code, String detail, boolean handedOver) {
        super(detail, null, false, false);
        this.code = code;
        this.handedOver = handedOver;
    }

    /** This failure, of a call whose body may have arrived. */
    OutboundFailure afterHandOver() {
        return new OutboundFailure(code, getMessage(), true);
    }

    /** True if the body of the request was being sent or had been sent: the target may have acted on it. */
    public boolean isHandedOver() {
        return handedOver;
    }

    public Code code() {
        return code;
    }
}
