package org.guildhall.smoke;

/** Shows the progress of longer work: one growing line on a terminal, one line per step elsewhere. */
final class Progress {

    private static final boolean TERMINAL = System.console() != null && System.console().isTerminal();
    private static final int WIDTH = 28;

    private final int steps;
    private int done;

    Progress(int steps) {
        this.steps = steps;
    }

    /** Reports a finished step. */
    void step(String what) {
        done++;
        if (!TERMINAL) {
            System.out.println("  [" + done + "/" + steps + "] " + what);
            return;
        }
        int filled = Math.min(WIDTH, done * WIDTH / steps);
        System.out.print("\r\033[K  " + "█".repeat(filled) + "░".repeat(WIDTH - filled) + " " + done + "/" + steps + "  " + what);
        if (done == steps) {
            System.out.println();
        }
        System.out.flush();
    }
}
