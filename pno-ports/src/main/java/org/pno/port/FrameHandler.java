package org.pno.port;

/** Takes received frames. */
@FunctionalInterface
public interface FrameHandler {
    /**
     * One frame was received; the handler owns it and releases it to the pool some time.
     *
     * @param frame its offset in the pool's memory; its marks stand in the virtio-net header before it
     * @param length bytes from the Ethernet header on, without FCS
     */
    void onFrame(long frame, int length);
}
