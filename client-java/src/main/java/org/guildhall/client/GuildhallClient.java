package org.guildhall.client;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;

/** The client implementation that sends requests. */
final class GuildhallClient extends ApiClients implements Guildhall {

    private final Settings settings;

    GuildhallClient(Settings settings) {
        super(new Transport(settings, Json.MAPPER));
        this.settings = settings;
    }

    @Override
    public Guildhall withToken(String token) {
        String stripped = Secrets.token(token);
        return withToken(() -> stripped);
    }

    @Override
    public Guildhall withToken(Supplier<String> source) {
        return new GuildhallClient(settings.withToken(Objects.requireNonNull(source)));
    }

    @Override
    public Guildhall withTimeout(Duration time) {
        return new GuildhallClient(settings.withTimeout(Settings.positive(time)));
    }

    @Override
    public Guildhall withMaxRetries(int count) {
        return new GuildhallClient(settings.withRetries(settings.retries().withCountMax(Settings.notNegative(count))));
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return "Guildhall[" + settings.server() + "]";
    }
}
