package org.pno.port.tap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.pno.port.FramePool;
import org.pno.port.PacketPort;
import org.pno.port.PortException;
import org.pno.port.PortFactory;
import org.pno.port.PrivateNetwork;
import org.pno.port.Received;
import org.pno.port.TestFrames;
import org.pno.sys.NetDevice;

@Tag("system")
@ExtendWith(PrivateNetwork.class)
class TapPortTest {
    private final FramePool pool = new FramePool(16);

    private PacketPort open(final String name) {
        return PortFactory.openBare("tap:" + name, pool);
    }

    @Test
    void shouldCreateAnInterfaceAndTakeItAway() {
        final NetDevice device = new NetDevice("pno1");
        try (PacketPort port = open("pno1")) {
            assertTrue(device.isUp());
            assertNotEquals(device.hardwareAddress(), port.macAddress());
        }
        assertFalse(device.exists());
    }

    @Test
    void shouldLeaveAnInterfaceThatWasThere() {
        PrivateNetwork.ip("tuntap add dev pno2 mode tap");
        PrivateNetwork.ip("link set pno2 mtu 9000 up");
        final long mac;
        try (PacketPort port = open("pno2")) {
            assertEquals(9000, port.mtuBytes());
            mac = port.macAddress();
        }
        try (PacketPort port = open("pno2")) {
            assertEquals(mac, port.macAddress(), "the same after a restart");
        }
        assertTrue(new NetDevice("pno2").exists());
    }

    @Test
    void shouldSayThatAnotherProcessHasTheInterface() {
        try (PacketPort port = open("pno3")) {
            final PortException e = assertThrows(PortException.class, () -> open("pno3"));
            assertTrue(e.getMessage().startsWith("cannot open tap:pno3: "), e.getMessage());
            assertTrue(e.getMessage().contains("EBUSY"), e.getMessage());
            assertTrue(e.getMessage().contains("another process"), e.getMessage());
            assertEquals(1500, port.mtuBytes());
        }
    }

    @Test
    void shouldSayThatTheInterfaceIsNoTap() {
        final PortException e = assertThrows(PortException.class, () -> open("lo"));

        assertTrue(e.getMessage().contains("is no TAP interface"), e.getMessage());
    }

    @Test
    void shouldCountWhatAnInterfaceThatIsDownRefuses() {
        PrivateNetwork.ip("tuntap add dev pno4 mode tap");
        try (PacketPort port = open("pno4")) {
            port.transmit(TestFrames.put(pool, new byte[60]), 60);
            assertEquals(1, port.counters().txRefused);
            assertEquals(16, pool.available());
        }
    }

    @Test
    void shouldSayThatTheInterfaceWasDeleted() {
        PrivateNetwork.ip("tuntap add dev pno5 mode tap");
        try (PacketPort port = open("pno5")) {
            PrivateNetwork.ip("link del pno5");
            final PortException e = assertThrows(PortException.class, () -> port.receive(new Received(port), 1));
            assertTrue(e.getMessage().contains("tap:pno5: the interface was deleted"), e.getMessage());
            assertEquals(16, pool.available());
        }
    }
}
