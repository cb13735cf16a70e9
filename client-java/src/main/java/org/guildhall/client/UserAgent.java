package org.guildhall.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The client's User-Agent, so that a server's operators see which versions are in use. */
final class UserAgent {

    static final String VALUE = "guildhall-java/" + version() + " (Java " + Runtime.version().feature() + ")";

    private UserAgent() {}

    private static String version() {
        var properties = new Properties();
        try (InputStream file = UserAgent.class.getResourceAsStream("client.properties")) {
            properties.load(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
