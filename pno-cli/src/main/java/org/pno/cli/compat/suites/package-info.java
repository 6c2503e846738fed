/**
 * Other projects' own tests, unmodified, on loopback: once on the kernel's TCP and once over PnO, and what fails only
 * there. What {@code pno compat NAME} runs for the names that it does not run unasked.
 */
package org.pno.cli.compat.suites;
