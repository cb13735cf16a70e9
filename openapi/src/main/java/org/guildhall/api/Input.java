package org.guildhall.api;

import java.util.function.Function;

/**
 * The input of a request, already validated against the document. Only generated code calls it; handlers get typed arguments.
 */
public interface Input {

    /**
     * A path parameter.
     *
     * @param name the name between the braces
     * @param parse converts the text to its type; an {@link IllegalArgumentException} means that no such resource can exist (404)
     */
    <T> T path(String name, Function<String, T> parse);

    /** The operation's own filters, bound to its query record by their names in the document. */
    <T> T query(Class<T> type);

    /** The JSON body. */
    <T> T body(Class<T> type);

    /** The body of a merge patch. */
    <T> Patch<T> patch(Class<T> type);

    /** The body's bytes exactly as received, for signed bodies and other formats than JSON. */
    byte[] raw();

    /** A streamed body. */
    Upload upload();
}
