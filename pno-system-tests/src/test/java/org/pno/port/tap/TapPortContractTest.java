package org.pno.port.tap;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortContractTest;
import org.pno.port.PortFactory;
import org.pno.port.PrivateNetwork;

/** The kernel's end of the TAP interface is spoken for by an AF_PACKET socket on it. */
@Tag("system")
@ExtendWith(PrivateNetwork.class)
class TapPortContractTest extends PortContractTest {
    @Override
    protected PacketPort open(final FramePool pool) {
        return PortFactory.openBare("tap:pno0", pool);
    }

    @Override
    protected PacketPort openFar(final FramePool pool) {
        return PortFactory.openBare("packet:pno0", pool);
    }
}
