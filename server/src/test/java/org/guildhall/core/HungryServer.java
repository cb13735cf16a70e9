package org.guildhall.core;

import java.util.ArrayList;
import java.util.List;
import org.guildhall.App;
import org.guildhall.Config;

/** A server in its own process in which another thread repeatedly takes all memory once a byte comes in by the standard input. */
public final class HungryServer {

    private static final int PIECE_BYTES = 32 * 1024;
    private static final long HELD_MILLIS = 60;
    private static final long PAUSE_MILLIS = 150;

    private HungryServer() {}

    public static void main(String[] arguments) throws Exception {
        var app = App.start(Config.read(System.getenv()));
        System.out.println(app.port());
        System.out.flush();
        // The test says when.
        System.in.read();
        while (true) {
            fillMemory();
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static void fillMemory() throws InterruptedException {
        List<byte[]> eaten = new ArrayList<>(100_000);
        try {
            while (true) {
                eaten.add(new byte[PIECE_BYTES]);
            }
        } catch (OutOfMemoryError full) {
            Thread.sleep(HELD_MILLIS);
        }
        eaten.clear();
        System.err.println("OutOfMemoryError: the heap was full");
    }
}
