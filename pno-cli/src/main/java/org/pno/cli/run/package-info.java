/** What {@code pno run} looks at before a program starts: whether the shim can be loaded into it. */
package org.pno.cli.run;
