package org.guildhall.smoke;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import org.guildhall.client.Guildhall;
import org.guildhall.client.model.AlertActionable;
import org.guildhall.client.model.AlertConditionStatus;
import org.guildhall.client.model.AlertConditionType;
import org.guildhall.client.model.AlertRule;
import org.guildhall.client.model.AlertSeverity;
import org.guildhall.client.model.AlertTaskOwner;
import org.guildhall.client.model.Domain;
import org.guildhall.client.model.ListAlertRulesOptions;
import org.guildhall.client.model.ListDomainsOptions;
import org.guildhall.client.model.ListSignalsOptions;
import org.guildhall.client.model.NewAlertCondition;
import org.guildhall.client.model.NewAlertRoute;
import org.guildhall.client.model.NewAlertRule;
import org.guildhall.client.model.NewAlertScope;
import org.guildhall.client.model.NewAlertTask;
import org.guildhall.client.model.NewDomain;
import org.guildhall.client.model.NewSignal;
import org.guildhall.client.model.ProviderLane;
import org.guildhall.client.model.ProviderOwnerKind;
import org.guildhall.client.model.Signal;

/**
 * The health of a gym's provider surfaces: twelve signals, in {@code signals.json} beside this class, two alert rules that nothing fires at first,
 * and a domain. It can be repeated: each is looked up by its {@code external_id}, and created only if it is missing.
 */
final class ProviderSeed {

    /** The number of steps that {@link #fill} reports. */
    static final int STEPS = 3;

    private static final int MOST = 200;
    private static final int DUE_MINUTES = 60;
    private static final int CERTIFICATE_DAYS = 14;

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
        rules(tenant);
        progress.step("two alert rules");
    }

    private static void rules(Guildhall tenant) {
        var rules = tenant.providers().alertRules();
        var known = new ResourceCache<AlertRule>(() -> rules.list(new ListAlertRulesOptions().withLimit(MOST)), AlertRule::externalId);
        var task = new NewAlertRoute().withTask(new NewAlertTask(new AlertTaskOwner(ProviderOwnerKind.TEAM, "Billing")).withDueMinutes(DUE_MINUTES));
        for (var rule : List.of(
                new NewAlertRule(
                        "Payments are blocked", new NewAlertCondition(AlertConditionType.STATUS_AT_LEAST).withStatus(AlertConditionStatus.BLOCKED),
                        new NewAlertScope().withLane(ProviderLane.PAYMENTS), AlertActionable.BILLING_DRIFT, AlertSeverity.CRITICAL)
                        .withExternalId("payments-blocked").withCause("payments_blocked").withRoutes(List.of(task)).withOpensIncident(true),
                new NewAlertRule(
                        "A certificate ends soon", new NewAlertCondition(AlertConditionType.CERTIFICATE_EXPIRES_WITHIN).withValue(CERTIFICATE_DAYS),
                        new NewAlertScope().withLane(ProviderLane.IDENTITY), AlertActionable.BLOCKED_LOGIN, AlertSeverity.MAJOR)
                        .withExternalId("certificate-ends").withCause("certificate_ends").withRoutes(List.of(task)))) {
            known.ensure(
                    rule.externalId(), () -> rules.list(new ListAlertRulesOptions().withExternalId(rule.externalId())), () -> rules.create(rule));
        }
    }

    private static List<NewSignal> signals() {
        try (var file = Objects.requireNonNull(ProviderSeed.class.getResourceAsStream("signals.json"))) {
            return new ObjectMapper().readValue(file, new TypeReference<>() {});
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
