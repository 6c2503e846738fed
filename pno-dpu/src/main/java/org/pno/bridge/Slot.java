package org.pno.bridge;

import java.lang.foreign.MemorySegment;

/** A piece of native memory that one bus read fills, {@link Slots#BYTES} long. */
record Slot(MemorySegment memory, long offset) {}
