package org.pno.cli.bench;

import java.util.List;
import org.pno.cli.measure.Route;

/**
 * Routes that make one cell.
 *
 * @param port by which clients meet the DPU
 * @param kernel its variants, the one with all of the host's work on the host's core first
 */
public record Comparison(String port, List<Route> kernel, Route pno) {}
