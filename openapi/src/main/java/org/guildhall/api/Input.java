package org.guildhall.api;

import java.util.function.Function;

/**
 * What a request brought, validated against the document before a handler sees any of it. Only generated code calls this; handlers
 * get typed arguments.
 */
public interface Input {

    /**
     * A path parameter.
     *
     * @param name as written between the braces
     * @param parse turns the text into its type; its {@link IllegalArgumentException} means that there can be no such resource (404)
     */
    <T> T path(String name, Function<String, T> parse);

    /** The operation's own filters, bound to its query record by the names in the document. */
    <T> T query(Class<T> type);

    /** The JSON body. */
    <T> T body(Class<T> type);

    /** The body of a merge patch. */
    <T> Patch<T> patch(Class<T> type);

    /** The body's bytes exactly as they came, for what is signed or isn't JSON. */
    byte[] raw();

    /** A body that is streamed. */
    Upload upload();
}
