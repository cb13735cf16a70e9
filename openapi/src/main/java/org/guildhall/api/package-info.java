/**
 * The foundation of the generated API: replies, pages, ids, and the interface between an operation and its server.
 *
 * <p>{@code Operation} and {@code Scopes} in this package, the wire records in {@code org.guildhall.api.model} and one
 * interface per resource in {@code org.guildhall.api.<tag>} are generated from the OpenAPI document.
 */
@NullMarked
package org.guildhall.api;

import org.jspecify.annotations.NullMarked;
