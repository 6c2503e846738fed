/**
 * A small explicit-state model checker, and the link protocol's handshakes as models: every interleaving of the agents'
 * steps, of stores leaving their buffers, and of DMA operations taking effect is visited.
 */
package org.pno.link.model;
