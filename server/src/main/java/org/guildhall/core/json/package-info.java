/** JSON: reading, writing, and validation by the schemas of the document. */
@org.jspecify.annotations.NullMarked
package org.guildhall.core.json;
