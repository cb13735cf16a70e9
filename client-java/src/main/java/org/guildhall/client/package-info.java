/**
 * The client of the Guildhall API. {@link org.guildhall.client.Guildhall} is where it begins: one accessor per domain, on each of them
 * one method per operation, named as in the API's document.
 */
package org.guildhall.client;
