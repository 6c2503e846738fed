package org.pno.port.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortContractTest;
import org.pno.port.PortFactory;
import org.pno.port.PrivateNetwork;
import org.pno.port.Received;
import org.pno.port.TestFrames;

/** Two ports on the two ends of a veth pair. */
@Tag("system")
@ExtendWith(PrivateNetwork.class)
class PacketSocketPortContractTest extends PortContractTest {
    @BeforeAll
    static void createInterfaces() {
        PrivateNetwork.ip("link add va type veth peer name vb");
        PrivateNetwork.ip("link set va up");
        PrivateNetwork.ip("link set vb up");
    }

    @Override
    protected PacketPort open(final FramePool pool) {
        return PortFactory.openBare("packet:va", pool);
    }

    @Override
    protected PacketPort openFar(final FramePool pool) {
        return PortFactory.openBare("packet:vb", pool);
    }

    @Test
    void shouldLeaveTheFramesOfOtherStations() {
        final byte[] other = TestFrames.plain(port.macAddress() ^ 2, 60, 1);
        far.transmit(TestFrames.put(farPool, other), 60);
        final byte[] ours = TestFrames.plain(port.macAddress(), 61, 1);
        far.transmit(TestFrames.put(farPool, ours), 61);
        far.flush();

        assertEquals(61, new Received(port).await(1).only().length);
        assertEquals(1, port.counters().rxOtherStation);
    }

    @Test
    void shouldPassOverAFrameThatIsRefused() {
        far.transmit(TestFrames.put(farPool, TestFrames.plain(port.macAddress(), 60, 1)), 60);
        far.transmit(TestFrames.put(farPool, TestFrames.plain(port.macAddress(), 5000, 1)), 5000); // beyond the MTU
        far.transmit(TestFrames.put(farPool, TestFrames.plain(port.macAddress(), 61, 1)), 61);
        far.flush();

        final Received received = new Received(port).await(2);
        assertEquals(61, received.frames.get(1).length);
        assertEquals(1, far.counters().txRefused);
        assertEquals(2, far.counters().txFrames);
    }
}
