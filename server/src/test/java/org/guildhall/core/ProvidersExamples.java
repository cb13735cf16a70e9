package org.guildhall.core;

import static org.guildhall.api.Operation.*;
import static org.guildhall.core.Example.example;

import java.util.List;

/** The examples of the providers' operations. */
final class ProvidersExamples {

    static final List<Example> ALL = List.of(
            example(CREATE_SIGNAL).makes("sig"),
            example(LIST_SIGNALS),
            example(GET_SIGNAL),
            example(UPDATE_SIGNAL),
            example(BLOCK_SIGNAL),
            example(UNBLOCK_SIGNAL).after(BLOCK_SIGNAL),
            example(REVIEW_SIGNAL),
            example(ARCHIVE_SIGNAL),
            example(GET_PROVIDER_SUMMARY));

    private ProvidersExamples() {}
}
