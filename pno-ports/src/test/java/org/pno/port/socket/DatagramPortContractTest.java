package org.pno.port.socket;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortContractTest;
import org.pno.port.PortFactory;

class DatagramPortContractTest extends PortContractTest {
    @TempDir
    Path directory;

    @Override
    protected PacketPort open(final FramePool pool) {
        return PortFactory.openBare("socket:" + directory.resolve("wire"), pool);
    }

    @Override
    protected PacketPort openFar(final FramePool pool) {
        return PortFactory.openBare(
                "socket:" + directory.resolve("wire.peer") + ",peer=" + directory.resolve("wire"), pool);
    }
}
