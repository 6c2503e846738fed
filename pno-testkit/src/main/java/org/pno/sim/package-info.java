/**
 * Simulated surroundings for deterministic tests: a DMA engine that reorders and tears, a host that keeps its side of
 * the link protocol, and one that does not. Everything random comes from a seed.
 */
package org.pno.sim;
