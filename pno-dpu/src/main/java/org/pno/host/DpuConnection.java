package org.pno.host;

import org.pno.relay.RelayAddress;
import org.pno.relay.RelayException;
import org.pno.relay.RelayKeys;
import org.pno.relay.SecureChannel;
import org.pno.sys.Descriptors;
import org.pno.sys.Errno;
import org.pno.sys.InetSocket.Endpoint;
import org.pno.sys.StreamSocket;

/** Finds a DPU, and lets both sides show who they are. */
final class DpuConnection {
    private static final int CONNECT_MILLIS = 5_000;
    private static final long HANDSHAKE_MILLIS = 5_000;
    /** Silence after which the DPU is taken for dead. */
    private static final int PATIENCE_SECONDS = 5;

    private DpuConnection() {}

    /**
     * Connects, waiting for the DPU.
     *
     * @throws RelayException if nobody answers there, or somebody else than our DPU
     */
    static SecureChannel open(final String dpu, final RelayKeys keys) throws RelayException {
        final Endpoint address = RelayAddress.parse(dpu);
        final StreamSocket socket = StreamSocket.openFor(address);
        final int begun = socket.connect(address);
        int error = begun;
        if (begun == -Errno.EINPROGRESS) {
            error = Descriptors.poll(socket.descriptor(), Descriptors.POLLOUT, CONNECT_MILLIS) == 0
                    ? -Errno.ETIMEDOUT
                    : -socket.error();
        }
        if (error < 0) {
            socket.close();
            throw new RelayException("no DPU answers at " + dpu + ": " + Errno.describe(-error)
                    + "; start one with: pno dpu --bus fabric:tcp,listen=ADDRESS:PORT,keys=DIR");
        }
        socket.dialogue(PATIENCE_SECONDS);
        final SecureChannel channel = new SecureChannel(socket, keys);
        try {
            channel.handshake(HANDSHAKE_MILLIS);
            return channel;
        } catch (final RelayException e) {
            channel.close();
            throw new RelayException("the DPU at " + dpu + ": " + e.getMessage(), e);
        }
    }
}
