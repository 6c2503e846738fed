/**
 * Fuzz targets: what comes from wire, host or command line, as bytes that a fuzzer makes. Each is a class with
 * {@code fuzzerTestOneInput}, as Jazzer wants it; its corpus is kept in {@code src/test/resources/fuzz}.
 */
package org.pno.fuzz;
