package org.guildhall.core.http;

/** A body that is served as it is, instead of being written as JSON. */
public record Document(byte[] bytes, String contentType) {}
