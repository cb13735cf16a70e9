/** Domains of tenants: their verification, DNS records and certificates. */
@NullMarked
package org.guildhall.providers.domains;

import org.jspecify.annotations.NullMarked;
