package org.pno.port.ring;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortContractTest;
import org.pno.port.PortFactory;

class RingPortContractTest extends PortContractTest {
    @TempDir
    Path directory;

    @Override
    protected PacketPort open(final FramePool pool) {
        return PortFactory.openBare("ring:" + directory.resolve("wire"), pool);
    }

    @Override
    protected PacketPort openFar(final FramePool pool) {
        return open(pool);
    }

    @Override
    protected void join() {
        RingPortTest.join((RingPort) port, (RingPort) far);
    }
}
