package org.guildhall.runtime.entitlements;

/** The texts of the statements that read entitlements, for tests of their plans in other parts. */
public final class EntitlementTexts {

    private EntitlementTexts() {}

    /** The text of a form, whose parameter {@code {0}} is the organization. */
    public static String of(EntitlementForm form) {
        return EntitlementTextStore.text(form);
    }
}
