/** The schema as a thing that can be made: roles, migrations, and a PostgreSQL of one's own for the demo and the tests. */
@NullMarked
package org.guildhall.migrations;

import org.jspecify.annotations.NullMarked;
