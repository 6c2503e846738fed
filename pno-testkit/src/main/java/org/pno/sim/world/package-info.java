/**
 * Whole systems under one virtual clock: DPUs with bridge and engine, host processes whose programs use the arena's
 * rings, the network between them with its faults, an attacker, and oracles that watch all of it. Everything random
 * comes from a seed; nothing waits, and no thread is started.
 */
package org.pno.sim.world;
