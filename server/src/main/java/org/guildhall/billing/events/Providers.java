package org.guildhall.billing.events;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The payment providers that connections can have. */
public final class Providers {

    private final Map<String, Provider> byName;

    public Providers(Collection<Provider> all) {
        this.byName = all.stream().collect(Collectors.toUnmodifiableMap(Provider::name, Function.identity()));
    }

    /** The provider of a connection. @throws IllegalArgumentException if there is none with this name */
    public Provider of(String name) {
        var provider = byName.get(name);
        if (provider == null) {
            throw new IllegalArgumentException(name);
        }
        return provider;
    }
}
