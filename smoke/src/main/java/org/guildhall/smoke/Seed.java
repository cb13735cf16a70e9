package org.guildhall.smoke;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.guildhall.client.Guildhall;
import org.guildhall.client.GuildhallException;
import org.guildhall.client.ProblemException;
import org.guildhall.client.model.ApiConsumer;
import org.guildhall.client.model.IssuedToken;
import org.guildhall.client.model.ListConsumersOptions;
import org.guildhall.client.model.ListTenantsOptions;
import org.guildhall.client.model.NewAdminToken;
import org.guildhall.client.model.NewApiConsumer;
import org.guildhall.client.model.NewTenant;
import org.guildhall.client.model.NewToken;
import org.guildhall.client.model.RateLimitSetting;
import org.guildhall.client.model.SettingsPatch;
import org.guildhall.client.model.Tenant;
import org.guildhall.client.model.TenantMode;
import org.guildhall.client.model.TokenKind;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty platform with example data, through the client; the events of payment providers come in through their own doors. It can be repeated: existing resources stay unchanged.
 */
public final class Seed {

    /** The tokens that the demo prints for its user. */
    record Tokens(String platformAdmin, String tenantAdmin, String readOnly, String publishable, String tenantId) {}

    private static final String ORIGIN = "http://localhost:3000";
    private static final int GYM_STEPS =
            MartialArts.STEPS + WikiHosting.STEPS + GymMembers.STEPS + GymTasks.STEPS + GymMessages.STEPS + ProviderSeed.STEPS
                    + GymBilling.STEPS + GymDirectDebits.STEPS + GymSchedule.STEPS;
    private static final RateLimitSetting ROOMY = new RateLimitSetting(1_000, 1);

    private Seed() {}

    /** {@code Seed URL TOKEN}: fills one tenant, by a token of its administrator. */
    public static void main(String[] arguments) {
        if (arguments.length != 2) {
            System.err.println("usage: Seed URL TOKEN");
            System.exit(2);
        }
        try {
            var progress = new Progress(GYM_STEPS);
            fill(arguments[0], client(arguments[0], arguments[1]), null, progress);
        } catch (GuildhallException refused) {
            System.err.println(refused.getMessage());
            System.exit(1);
        }
    }

    /** Creates the demo's tenants and fills them. Secrets that are shown only once are added to {@code secrets}. @param directDebits null if the server asks GoCardless itself */
    static Tokens demo(String baseUrl, Map<String, String> secrets, String platformAdmin, @Nullable DirectDebitStandIn directDebits) {
        System.out.println("Filling the demo through the API:");
        var progress = new Progress(GYM_STEPS + WikiHosting.STEPS + WikiMembers.STEPS + 3);
        var platform = client(baseUrl, platformAdmin);

        var cooperative = tenant(platform, "wiki-cooperative", "Commons Wiki Co-operative", "Europe/Amsterdam", "EUR");
        var gym = tenant(platform, "winter-street", "Winter Street", "Australia/Sydney", "AUD");
        progress.step("two tenants");
        var cooperativeAdmin = administrator(baseUrl, platform, cooperative, secrets);
        var gymAdmin = administrator(baseUrl, platform, gym, secrets);
        progress.step("their administrators");
        hosting(client(baseUrl, cooperativeAdmin), progress);
        fill(baseUrl, client(baseUrl, gymAdmin), directDebits, progress);

        var readOnly = secrets.computeIfAbsent("winter-street.read_only", any -> issue(client(baseUrl, gymAdmin), "reports", "Reports",
                scopes(client(baseUrl, gymAdmin)).stream().filter(scope -> scope.endsWith(":read")).toList(), null).token());
        var publishable = secrets.computeIfAbsent("winter-street.publishable", any -> issue(client(baseUrl, gymAdmin), "widget", "Partner widget",
                List.of("schedule:read:public"), List.of(ORIGIN)).token());
        progress.step("tokens to read with, and for a page at " + ORIGIN);
        return new Tokens(platformAdmin, gymAdmin, readOnly, publishable, gym.id());
    }

    /** Winter Street is a gym that also hosts wikis for its members. */
    private static void fill(String baseUrl, Guildhall tenant, @Nullable DirectDebitStandIn directDebits, Progress progress) {
        var catalog = new CatalogSeed(tenant, "AUD");
        MartialArts.fill(catalog, progress);
        WikiHosting.fill(catalog, progress);
        GymMembers.fill(catalog, new RuntimeSeed(tenant, "winterstreet.example"), progress);
        GymTasks.fill(tenant, progress);
        GymMessages.fill(tenant, progress);
        ProviderSeed.fill(tenant, progress);
        GymBilling.fill(tenant, baseUrl, progress);
        GymDirectDebits.fill(tenant, baseUrl, directDebits, progress);
        GymSchedule.fill(tenant, progress);
    }

    /** The co-operative only hosts wikis. */
    private static void hosting(Guildhall tenant, Progress progress) {
        var catalog = new CatalogSeed(tenant, "EUR");
        WikiHosting.fill(catalog, progress);
        WikiMembers.fill(catalog, new RuntimeSeed(tenant, "commonswiki.example"), progress);
    }

    private static Tenant tenant(Guildhall platform, String externalId, String name, String timeZone, String currency) {
        return CatalogSeed.ensure(
                () -> platform.platform().tenants().list(new ListTenantsOptions().withExternalId(externalId)),
                () -> platform.platform().tenants().create(
                        new NewTenant(name, TenantMode.LIVE, timeZone, currency).withExternalId(externalId)));
    }

    /** A permanent token of the tenant, issued with a temporary administrator token from the platform. */
    private static String administrator(String baseUrl, Guildhall platform, Tenant tenant, Map<String, String> secrets) {
        return secrets.computeIfAbsent(tenant.externalId() + ".admin", any -> {
            var handover = platform.platform().tenants().createAdminToken(tenant.id(), new NewAdminToken().withName("Demo")).value();
            var client = client(baseUrl, handover.token());
            client.platform().settings().update(new SettingsPatch().withRateLimit(ROOMY));
            return issue(client, "console", "Console", scopes(client), null).token();
        });
    }

    private static List<String> scopes(Guildhall client) {
        return client.platform().auth().getStatus().value().scopes();
    }

    private static IssuedToken issue(Guildhall client, String externalId, String name, List<String> scopes, List<String> origins) {
        Supplier<NewApiConsumer> consumer = () -> new NewApiConsumer(name, "Maria Rossi", "maria@winterstreet.example", scopes)
                .withExternalId(externalId)
                .withRateLimit(ROOMY);
        ApiConsumer owner = CatalogSeed.ensure(
                () -> client.platform().consumers().list(new ListConsumersOptions().withExternalId(externalId)),
                () -> client.platform().consumers().create(consumer.get()));
        var token = new NewToken(owner.id(), name, scopes);
        return client.platform()
                .tokens().create(origins == null ? token : token.withKind(TokenKind.PUBLISHABLE).withOrigins(origins))
                .value();
    }

    private static Guildhall client(String baseUrl, String token) {
        return Guildhall.builder().baseUrl(baseUrl).token(token).build();
    }
}
