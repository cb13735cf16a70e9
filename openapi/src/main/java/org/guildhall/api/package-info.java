/**
 * What the generated API stands on: replies, pages, ids, and the seam between an operation and the server that answers it.
 *
 * <p>{@code Operation} and {@code Scopes} in this package, the wire records in {@code org.guildhall.api.model} and one
 * interface per resource in {@code org.guildhall.api.<tag>} are generated from the OpenAPI document.
 */
@NullMarked
package org.guildhall.api;

import org.jspecify.annotations.NullMarked;
