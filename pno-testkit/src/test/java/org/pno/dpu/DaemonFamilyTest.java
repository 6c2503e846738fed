package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.pno.dpu.DaemonFixture.Host;
import org.pno.link.ChannelDescriptor;
import org.pno.link.ControlClient;
import org.pno.link.ControlException;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.HolderDescriptor;
import org.pno.memory.Words;
import org.pno.sim.HostListener;
import org.pno.sim.HostSocket;
import org.pno.sim.MisbehavingHost;
import org.pno.sim.SimulatedHost;
import org.pno.sys.Errno;
import org.pno.sys.EventFd;
import org.pno.wire.IpAddress;

/** Families of processes, and the control connections of those who break the rules, over real control sockets. */
@Timeout(60)
class DaemonFamilyTest {
    private static final IpAddress LEFT = IpAddress.parse("10.77.0.1");
    private static final int CHILD_SLOT = 2;

    @TempDir
    Path directory;

    private DaemonFixture fixture;
    private Host server;
    private HostSocket near;
    private HostSocket far;

    DaemonFixture open(final Path where) {
        return new DaemonFixture(where);
    }

    @BeforeEach
    void connect() throws IOException {
        fixture = open(directory);
        server = fixture.host(fixture.dpu);
        final Host client = fixture.host(fixture.peer);
        final HostListener listener = new HostListener(server.host, server.channel);
        final int port = server.listen(listener);
        listener.postCredits(4);
        near = client.host.takeRecord(client.channel);
        near.connect(0, 0, 0, LEFT.hi(), LEFT.lo(), port);
        DaemonFixture.await(() -> {
            if (far == null) {
                far = listener.accept();
            }
            return far != null && near.isRequestDone();
        });
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** What the parent does before it forks. */
    private void fillSlot() {
        final SimulatedHost host = server.host;
        final long parent = host.geometry().holderOffset(SimulatedHost.HOLDER_SLOT);
        final long child = host.geometry().holderOffset(CHILD_SLOT);
        final long bits = HolderDescriptor.BITMAP_OFFSET;
        Words.setPlain(host.memory(), child + bits, Words.getPlain(host.memory(), parent + bits));
        final long pid = Words.getPlain(host.memory(), parent + HolderDescriptor.PID_OFFSET);
        Words.setRelease(host.memory(), child + HolderDescriptor.STATE_OFFSET, HolderDescriptor.forking(pid));
    }

    private ControlClient child() throws IOException {
        return ControlClient.connect(fixture.dpu.socketPath(), HandshakeDescriptor.KIND_CHILD);
    }

    @Test
    void shouldKeepConnectionsForAChildWhoseParentGoes() throws IOException {
        fillSlot();
        try (ControlClient child = child()) {
            child.holder(server.arena, CHILD_SLOT);
            server.client.close();
            child.channel(server.arena, 1, server.host.openChannel().bell());

            near.send(new byte[] {1, 2, 3}, 0, 3);
            DaemonFixture.await(() -> far.readable() == 3);
            assertArrayEquals(new byte[] {1, 2, 3}, far.receive(3));
            assertFalse(near.isAtEnd());
        }
    }

    @Test
    void shouldEndConnectionsWithTheLastOfAFamily() throws IOException {
        fillSlot();
        try (ControlClient child = child()) {
            child.holder(server.arena, CHILD_SLOT);
            server.client.close();
        }
        DaemonFixture.await(near::isAtEnd);
        assertTrue(near.isAtEnd());
    }

    @Test
    void shouldRefuseAChildASlotThatNobodyFilled() throws IOException {
        try (ControlClient child = child()) {
            final ControlException refused =
                    assertThrows(ControlException.class, () -> child.holder(server.arena, CHILD_SLOT));
            assertEquals(Errno.EINVAL, refused.errno());
        }
    }

    @Test
    void shouldCutOffWhoIsFencedAndNobodyElse() throws IOException {
        final Host innocent = fixture.host(fixture.dpu);
        final MisbehavingHost rogue = new MisbehavingHost(server.host, 1);
        rogue.channelWord(0, ChannelDescriptor.EV_HEAD_OFFSET, 1_000_000);
        // A hint, so that the channel is looked at though it is parked.
        EventFd.signal(server.client.bell());
        DaemonFixture.await(() -> server.channel.fenced() != 0);

        assertThrows(IOException.class, () -> server.client.query(HandshakeDescriptor.QUERY_COUNTERS));
        assertTrue(innocent.client.query(HandshakeDescriptor.QUERY_COUNTERS).contains("bridge.fences"));
        innocent.listen(new HostListener(innocent.host, innocent.channel));
    }
}
