package org.pno.port.pcap;

/** Decides which frames a capture takes. Asked on the port's thread, for every frame, before anything is copied. */
@FunctionalInterface
public interface FrameGate {
    /** @param inbound true if the frame was received */
    boolean admits(FrameEnds ends, boolean inbound);
}
