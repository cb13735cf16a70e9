package org.guildhall.client;

/** The beginning of an answer that isn't the API's, by which one sees whose it is. */
final class Excerpt {

    private static final int LENGTH_MAX = 200;

    private Excerpt() {}

    /** One line, bounded, without tokens. */
    static String of(String body, String mediaType, String token) {
        // Hidden before it is cut: half a token looks like none.
        String line = Secrets.hide(body, token).replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
        String cut = line.length() <= LENGTH_MAX ? line : line.substring(0, LENGTH_MAX) + "…";
        return (mediaType.isEmpty() ? "" : Secrets.hide(mediaType, token) + ": ") + (cut.isEmpty() ? "no body" : cut);
    }
}
