/**
 * The client of the Guildhall API. Start with {@link org.guildhall.client.Guildhall}: it has one accessor per domain, and each domain has
 * one method per operation, named as in the API's document.
 */
package org.guildhall.client;
