/** Sites of integrations, and the limit on their number. */
@org.jspecify.annotations.NullMarked
package org.guildhall.runtime.sites;
