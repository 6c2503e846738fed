package org.pno.sys;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Reads back what was bound with addresses written byte by byte. */
class InetSocketTest {
    private int socket = -1;

    @AfterEach
    void close() {
        Descriptors.close(socket);
    }

    private InetSocket.Endpoint bound(final int family, final int... addressBytes) {
        socket = InetSocket.open(family, InetSocket.SOCK_STREAM);
        final int length = family == InetSocket.AF_INET ? 16 : 28;
        final MemorySegment address = Arena.ofAuto().allocate(length, 8);
        address.set(ValueLayout.JAVA_SHORT, 0, (short) family);
        for (int i = 0; i < addressBytes.length; i++) {
            address.set(ValueLayout.JAVA_BYTE, length == 16 ? 4 + i : 8 + i, (byte) addressBytes[i]);
        }
        Sockets.bind(socket, address, length, "test address");
        return InetSocket.localEndpoint(socket);
    }

    @Test
    void shouldReadAnIpv4AddressAsMapped() {
        final InetSocket.Endpoint endpoint = bound(InetSocket.AF_INET, 127, 0, 0, 3);

        assertEquals(0, endpoint.addressHi());
        assertEquals(0xFFFF_7F00_0003L, endpoint.addressLo());
        assertTrue(endpoint.port() > 0 && endpoint.port() < 65536, endpoint::toString);
        assertTrue(endpoint.isIpv4());
        assertFalse(endpoint.isWildcard());
    }

    @Test
    void shouldReadAnIpv6Address() {
        final InetSocket.Endpoint endpoint = bound(InetSocket.AF_INET6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

        assertEquals(0, endpoint.addressHi());
        assertEquals(1, endpoint.addressLo());
        assertFalse(endpoint.isIpv4());
        assertFalse(endpoint.isWildcard());
        assertTrue(InetSocket.isIpv6Only(socket), "Linux says so once a real IPv6 address is bound");
    }

    @Test
    void shouldKnowTheWildcards() {
        assertTrue(bound(InetSocket.AF_INET, 0, 0, 0, 0).isWildcard());
        close();
        assertTrue(bound(InetSocket.AF_INET6).isWildcard());
        assertFalse(InetSocket.isIpv6Only(socket));
    }

    @Test
    void shouldTellWhatKindOfSocketItIs() {
        bound(InetSocket.AF_INET, 127, 0, 0, 1);
        assertEquals(InetSocket.SOCK_STREAM, InetSocket.type(socket));
        assertEquals(InetSocket.AF_INET, InetSocket.domain(socket));
        assertEquals(6, InetSocket.protocol(socket));
        assertFalse(InetSocket.isListening(socket));

        UnixSocket.listen(socket, 1);

        assertTrue(InetSocket.isListening(socket));
    }

    @Test
    void shouldRefuseWhatIsNoIpSocket() {
        socket = EventFd.create();
        assertEquals(
                Errno.ENOTSOCK,
                assertThrows(SystemCallException.class, () -> InetSocket.localEndpoint(socket))
                        .errno());
        close();
        socket = UnixSocket.open(UnixSocket.SEQPACKET);
        assertEquals(
                Errno.EAFNOSUPPORT,
                assertThrows(SystemCallException.class, () -> InetSocket.localEndpoint(socket))
                        .errno());
    }
}
