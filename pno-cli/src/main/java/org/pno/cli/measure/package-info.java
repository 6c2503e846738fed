/**
 * Programs measured on a lab, over the kernel's TCP and over PnO in turn, on the same cores: what {@code pno demo} and
 * {@code pno bench} show.
 */
package org.pno.cli.measure;
