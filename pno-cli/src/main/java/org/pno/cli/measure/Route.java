package org.pno.cli.measure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pno.cli.lab.Lab;
import org.pno.cli.machine.Cores;
import org.pno.cli.machine.Side;
import org.pno.cli.run.Shim;

/**
 * One way from clients to a server on the host.
 *
 * @param name as reports show it: "kernel-steered"
 * @param transport whose TCP the server's end is
 * @param hostAddress where servers listen
 * @param peerAddress whence clients come, and where the peer's own servers listen
 * @param dpuSocket where its DPU's control socket stands, or null
 */
public record Route(String name, Transport transport, String hostAddress, String peerAddress, Path dpuSocket) {
    /** The kernel's TCP, receive work steered to the host's core, as every lab has it. */
    public static Route kernel() {
        return new Route(
                "kernel-steered", Transport.KERNEL, Side.HOST.kernelAddress(), Side.PEER.kernelAddress(), null);
    }

    /** A lab's own DPU. */
    public static Route offloaded(final Lab lab) {
        return new Route(
                "pno", Transport.PNO, Side.HOST.offloadedAddress(), Side.PEER.offloadedAddress(), lab.controlSocket());
    }

    /** The command line of a server of this route: on the host's core, under the shim if it is PnO's. */
    public List<String> onHost(final Cores cores, final List<String> command) {
        final List<String> line = new ArrayList<>(
                Shim.prefix(transport == Transport.PNO, dpuSocket == null ? null : dpuSocket.toString()));
        line.addAll(command);
        return cores.confine(Side.HOST, line);
    }
}
