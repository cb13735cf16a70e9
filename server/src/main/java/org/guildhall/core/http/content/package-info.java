/** The content of requests and answers (RFC 9110): media types, entity tags, compressed forms, and large bodies in files. */
@NullMarked
package org.guildhall.core.http.content;

import org.jspecify.annotations.NullMarked;
