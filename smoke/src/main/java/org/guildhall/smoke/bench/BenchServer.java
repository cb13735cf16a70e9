package org.guildhall.smoke.bench;

import org.guildhall.App;
import org.guildhall.Config;

/** The server of the bench: the whole of Guildhall, and on the same Javalin the baselines. Configured as {@code serve} is, from the environment. */
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
