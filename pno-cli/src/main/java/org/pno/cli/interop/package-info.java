/**
 * PnO and the kernel against the kernel over one bad wire: the cells of the matrix, the path that all of them cross,
 * and the transfers whose contents are verified.
 */
package org.pno.cli.interop;
