package org.guildhall.billing.mirror;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Decides which organization the metadata of an account names. */
final class AccountRules {

    /** The member of the metadata with the id of an organization. */
    static final String ORGANIZATION_ID = "guildhall_organization_id";
    /** The member of the metadata with the {@code external_id} of an organization. */
    static final String ORGANIZATION_EXTERNAL_ID = "guildhall_organization_external_id";

    private static final int REFERENCE_MAX = 255;

    private AccountRules() {}

    /** A reference to an organization. @param byExternalId false if the text is the organization's id */
    record OrganizationReference(String text, boolean byExternalId) {

        /** The reference as stored: it distinguishes ids from external ids. */
        String stored() {
            return (byExternalId ? "external_id:" : "id:") + text;
        }
    }

    /** The organization that the metadata names; null if it names none. An id goes before an external id. */
    static @Nullable OrganizationReference organization(Map<String, String> metadata) {
        var id = metadata.get(ORGANIZATION_ID);
        if (id != null && !id.isEmpty() && id.length() <= REFERENCE_MAX) {
            return new OrganizationReference(id, false);
        }
        var externalId = metadata.get(ORGANIZATION_EXTERNAL_ID);
        return externalId == null || externalId.isEmpty() || externalId.length() > REFERENCE_MAX ? null : new OrganizationReference(externalId, true);
    }
}
