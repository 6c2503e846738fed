/** The packet scripts, by subject. Each runs on our engine and on Linux unless it says why not. */
package org.pno.check.scripts;
