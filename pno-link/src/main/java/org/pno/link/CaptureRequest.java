package org.pno.link;

import java.util.List;

/**
 * Which frames of the wire a tool wants to see: those of one of the connections, if any are named, and of the host, and
 * of the port.
 *
 * @param snapBytes what is kept of a frame at most
 * @param hostHi with {@code hostLo} an address at either end; 0/0: any
 * @param port at either end; 0: any
 */
public record CaptureRequest(int snapBytes, long hostHi, long hostLo, int port, List<Connection> connections) {
    /**
     * A connection by its two ends, in either order.
     *
     * @param otherHi with {@code otherLo} and {@code otherPort} the second end; all 0: any
     */
    public record Connection(long hi, long lo, int port, long otherHi, long otherLo, int otherPort) {}

    /** All frames, whole. */
    public static CaptureRequest everything() {
        return new CaptureRequest(Integer.MAX_VALUE, 0, 0, 0, List.of());
    }
}
