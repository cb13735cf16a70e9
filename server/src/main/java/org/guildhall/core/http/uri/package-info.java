/** The parts of a request's URI: the operation of its path, and the parameters of its query string. */
@NullMarked
package org.guildhall.core.http.uri;

import org.jspecify.annotations.NullMarked;
