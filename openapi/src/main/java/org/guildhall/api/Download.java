package org.guildhall.api;

import java.util.function.IntFunction;

/**
 * An answer too large to be held, sent part by part.
 *
 * @param contentType one of those that the document lists
 * @param fileName under which a browser saves it; letters, digits, dots, hyphens and underscores
 * @param bytes of all parts together
 * @param parts how many there are
 * @param part gives each of them once and in order, from 0; called while the answer is sent, when the handler has long returned
 */
public record Download(String contentType, String fileName, long bytes, int parts, IntFunction<byte[]> part) {}
