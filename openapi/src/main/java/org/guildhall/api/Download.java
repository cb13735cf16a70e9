package org.guildhall.api;

import java.util.function.IntFunction;

/**
 * An answer that is too large for memory and is sent part by part.
 *
 * @param contentType one of the media types in the document
 * @param fileName the file name for browsers; letters, digits, dots, hyphens and underscores
 * @param bytes the size of all parts together
 * @param parts the number of parts
 * @param part returns the parts, called in order from 0 while the answer is sent, after the handler has returned
 */
public record Download(String contentType, String fileName, long bytes, int parts, IntFunction<byte[]> part) {}
