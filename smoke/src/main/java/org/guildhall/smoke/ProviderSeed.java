package org.guildhall.smoke;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.Domain;
import org.guildhall.client.model.ListDomainsOptions;
import org.guildhall.client.model.ListSignalsOptions;
import org.guildhall.client.model.NewDomain;
import org.guildhall.client.model.NewSignal;
import org.guildhall.client.model.Signal;

/**
 * The health of a gym's provider surfaces: twelve signals, in {@code signals.json} beside this class, and a domain. It can be repeated: each is
 * looked up by its {@code external_id}, and created only if it is missing.
 */
final class ProviderSeed {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 2;

    private static final int MOST = 200;

    private ProviderSeed() {}

    static void fill(Guildhall tenant, Progress progress) {
        var signals = tenant.providers().signals();
        var known = new ResourceCache<Signal>(() -> signals.list(new ListSignalsOptions().withLimit(MOST)), Signal::externalId);
        var wanted = signals();
        wanted.forEach(signal -> known.ensure(
                signal.externalId(), () -> signals.list(new ListSignalsOptions().withExternalId(signal.externalId())), () -> signals.create(signal)));
        progress.step(wanted.size() + " signals of provider health");
        var domains = new ResourceCache<Domain>(() -> tenant.providers().domains().list(new ListDomainsOptions().withLimit(MOST)), Domain::externalId);
        domains.ensure("shop", () -> tenant.providers().domains().list(new ListDomainsOptions().withExternalId("shop")), () -> tenant.providers().domains()
                .create(new NewDomain("shop.winterstreet.example", "Web shop", "shops.guildhall.example").withExternalId("shop")));
        progress.step("a domain");
    }

    private static List<NewSignal> signals() {
        try (var file = Objects.requireNonNull(ProviderSeed.class.getResourceAsStream("signals.json"))) {
            return new ObjectMapper().readValue(file, new TypeReference<>() {});
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
