package org.guildhall.client;

/** The beginning of an answer that isn't from the API, to recognize its origin. */
final class Excerpt {

    private static final int LENGTH_MAX = 200;

    private Excerpt() {}

    /** One line of bounded length, without tokens. */
    static String of(String body, String mediaType, String token) {
        // Tokens are hidden before the cut: a cut token would not be recognized.
        String line = Secrets.hide(body, token).replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        String cut = line.length() <= LENGTH_MAX ? line : line.substring(0, LENGTH_MAX) + "…";
        return (mediaType.isEmpty() ? "" : Secrets.hide(mediaType, token) + ": ") + (cut.isEmpty() ? "no body" : cut);
    }
}
