package org.guildhall.smoke.bench;

import org.guildhall.App;
import org.guildhall.Config;

/** The benchmark's server: Guildhall with the baselines on the same Javalin, configured from the environment like {@code serve}. */
final class BenchServer {

    private BenchServer() {}

    public static void main(String[] arguments) {
        var config = Config.read(System.getenv());
        var baselines = new Baselines(config.database());
        var app = App.start(config, api -> api.beside(baselines::bind));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
            app.close();
            baselines.close();
        }));
    }
}
