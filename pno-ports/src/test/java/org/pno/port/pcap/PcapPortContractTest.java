package org.pno.port.pcap;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortContractTest;
import org.pno.port.PortFactory;

/** A port that is watched is a port like any other. */
class PcapPortContractTest extends PortContractTest {
    @TempDir
    Path directory;

    @Override
    protected PacketPort open(final FramePool pool) {
        final PcapPort watched =
                new PcapPort(PortFactory.openBare("socket:" + directory.resolve("wire"), pool), () -> 1);
        final CaptureRing ring = new CaptureRing(
                Arena.ofAuto().allocate(CaptureDescriptor.ringBytes(CaptureDescriptor.MIN_CAPACITY), 64),
                watched.name(),
                FramePool.MAX_FRAME_BYTES);
        watched.add(new Capture(ring, CaptureFilter.all(), FramePool.MAX_FRAME_BYTES, () -> {}));
        return watched;
    }

    @Override
    protected PacketPort openFar(final FramePool pool) {
        return PortFactory.openBare(
                "socket:" + directory.resolve("wire.peer") + ",peer=" + directory.resolve("wire"), pool);
    }
}
