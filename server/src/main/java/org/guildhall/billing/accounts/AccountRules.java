package org.guildhall.billing.accounts;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.guildhall.billing.events.ProviderMandate;
import org.jspecify.annotations.Nullable;

/** Decides which organization the metadata of an account names. */
final class AccountRules {

    /** The member of the metadata with the id of an organization. */
    static final String ORGANIZATION_ID = "guildhall_organization_id";
    /** The member of the metadata with the {@code external_id} of an organization. */
    static final String ORGANIZATION_EXTERNAL_ID = "guildhall_organization_external_id";

    private static final int REFERENCE_MAX = 255;
    private static final int MANDATES_MAX = 50;

    private AccountRules() {}

    /** A reference to an organization. @param byExternalId false if the text is the organization's id */
    record OrganizationReference(String text, boolean byExternalId) {

        /** The reference as stored: it distinguishes ids from external ids. */
        String stored() {
            return (byExternalId ? "external_id:" : "id:") + text;
        }
    }

    /** The mandates of an account after one of them has changed, the newest first. */
    static List<ProviderMandate> with(List<ProviderMandate> mandates, ProviderMandate changed) {
        return Stream.concat(mandates.stream().filter(mandate -> !mandate.reference().equals(changed.reference())), Stream.of(changed))
                .sorted(Comparator.comparing(ProviderMandate::issuedAt).thenComparing(ProviderMandate::reference).reversed())
                .limit(MANDATES_MAX)
                .toList();
    }

    /** The newest mandate that can be used, else the newest one; null if there is none. */
    static @Nullable ProviderMandate defaultOf(List<ProviderMandate> mandates) {
        return mandates.stream().min(Comparator.comparing((ProviderMandate mandate) -> switch (mandate.state()) {
            case "active" -> 0;
            case "pending" -> 1;
            case "expiring" -> 2;
            default -> 3;
        })).orElse(null);
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
