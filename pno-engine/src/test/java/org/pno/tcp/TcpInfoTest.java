package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

/** TCP_INFO: offsets are those of Linux's struct tcp_info. */
class TcpInfoTest {
    private static final int HEADERS = 40;
    private static final int MSS = TcpTester.MSS - 12;

    private final TcpTester tcp = new TcpTester();
    private final MemorySegment memory = Arena.ofAuto().allocate(TcpEngine.INFO_BYTES + 8L, 8);

    private int u8(final int field) {
        read();
        return memory.get(ValueLayout.JAVA_BYTE, 8 + field) & 0xFF;
    }

    private int u32(final int field) {
        read();
        return memory.get(ValueLayout.JAVA_INT, 8 + field);
    }

    private long u64(final int field) {
        read();
        return memory.get(ValueLayout.JAVA_LONG, 8 + field);
    }

    private void read() {
        memory.fill((byte) 0xEE);
        tcp.flush();
        tcp.engine().writeInfo(tcp.connection(), memory, 8);
    }

    @Test
    void shouldTellTheHandshake() {
        tcp.handshakeNs = 30 * TcpTester.MS;
        tcp.establish();

        assertEquals(1, u8(0), "state");
        assertEquals(7, u8(5), "options");
        assertEquals(tcp.connection().sndScale | tcp.connection().rcvScale << 4, u8(6), "scales");
        assertEquals(MSS, u32(16), "snd_mss");
        assertEquals(TcpTester.MSS + HEADERS, u32(60), "pmtu");
        assertEquals(MSS, u32(84), "advmss");
        assertEquals(30_000, u32(68), "rtt");
        assertEquals(15_000, u32(72), "rttvar");
        assertEquals(30_000, u32(148), "min_rtt");
        assertEquals(0x7FFF_FFFF, u32(76), "snd_ssthresh");
        assertEquals(10, u32(80), "snd_cwnd");
        assertEquals(512 << 7, u32(228), "snd_wnd");
        assertEquals(0, u64(120), "bytes_acked");
        assertEquals(1, u32(136), "segs_out: the SYN-ACK");
        assertEquals(2, u32(140), "segs_in: SYN and ACK");
    }

    @Test
    void shouldCountTheSynOfWhoConnectsAsAcknowledgedAsLinuxDoes() {
        tcp.connect();
        assertEquals(2, u8(0), "state");
        tcp.ourIss = tcp.expect("S").sequence;
        tcp.inject(SegmentSpec.of("SA").seq(0).ack(1).offers().timestamps(1, tcp.ourTimestamp()));

        assertEquals(1, u8(0), "state");
        assertEquals(1, u64(120), "bytes_acked");
    }

    @Test
    void shouldCountInSegments() {
        tcp.establish();
        tcp.write(3 * MSS + 1);

        assertEquals(4, u32(24), "unacked");
        assertEquals(5, u32(136), "segs_out");
        assertEquals(4, u32(156), "data_segs_out");
        assertEquals(3 * MSS + 1, u64(200), "bytes_sent");
        assertEquals(0, u32(100), "total_retrans");
    }

    @Test
    void shouldTellWhatIsNotSent() {
        tcp.establish();
        tcp.write(20 * MSS);

        assertEquals(10, u32(24), "unacked");
        assertEquals(10 * MSS, u32(144), "notsent_bytes");
    }

    @Test
    void shouldTellARetransmissionTimeout() {
        tcp.establish();
        tcp.write(2 * MSS);
        final int timeout = u32(8);
        tcp.advance(TcpTester.SECOND);
        while (tcp.connection().retries == 0) {
            tcp.advance(TcpTester.SECOND);
        }

        assertEquals(4, u8(1), "ca_state: loss");
        assertEquals(tcp.connection().retries, u8(2), "retransmits");
        assertEquals(timeout << tcp.connection().rtt.backoff(), u32(8), "rto");
        assertEquals(tcp.connection().statistics.retransmittedSegments, u32(100), "total_retrans");
        assertEquals(1, u32(80), "snd_cwnd");
    }

    @Test
    void shouldTellWhatHasArrived() {
        tcp.establish();
        tcp.inject(SegmentSpec.of("A").seq(1).ack(1).length(100).timestamps(2, tcp.ourTimestamp()));
        tcp.nowNs += 70 * TcpTester.MS;
        tcp.inject(SegmentSpec.of("A").seq(201).ack(1).length(100).timestamps(2, tcp.ourTimestamp()));
        tcp.nowNs += 30 * TcpTester.MS;

        assertEquals(100, u64(128), "bytes_received");
        assertEquals(2, u32(152), "data_segs_in");
        assertEquals(1, u32(224), "rcv_ooopack");
        assertEquals(30, u32(52), "last_data_recv");
        assertEquals(100, u32(44), "last_data_sent");
    }

    @Test
    void shouldTellHowLongItWasBusyAndHowLongThePeersWindowWasTheReason() {
        tcp.establish(SegmentSpec.of("S").offers(), 1);
        tcp.write(1_000);
        tcp.nowNs += 50 * TcpTester.MS;

        assertEquals(50_000, u64(168), "busy_time");
        assertEquals(50_000, u64(176), "rwnd_limited");

        tcp.inject(SegmentSpec.of("A").seq(1).ack(1).window(100));
        tcp.nowNs += 20 * TcpTester.MS;
        assertEquals(70_000, u64(168), "busy_time");
        assertEquals(50_000, u64(176), "rwnd_limited");

        tcp.inject(SegmentSpec.of("A").seq(1).ack(1_001).window(100));
        tcp.nowNs += 20 * TcpTester.MS;
        assertEquals(70_000, u64(168), "busy_time");
    }

    @Test
    void shouldTellTheReceiversRoundTripAndWhatIsReadInIt() {
        tcp.establish();
        assertEquals(0, u32(92), "rcv_rtt");
        assertEquals(10 * TcpTester.MSS, u32(96), "rcv_space: ten segments at first");

        final int echo = tcp.ourTimestamp();
        tcp.advance(30 * TcpTester.MS);
        tcp.inject(SegmentSpec.of("A").seq(1).ack(1).length(MSS).timestamps(2, echo));
        assertEquals(30_000, u32(92), "rcv_rtt");
        assertEquals(10 * TcpTester.MSS, u32(96), "rcv_space");

        final int second = tcp.ourTimestamp();
        tcp.advance(30 * TcpTester.MS);
        tcp.inject(SegmentSpec.of("A")
                .seq(1 + MSS)
                .ack(1)
                .length(20 * MSS)
                .gsoSize(MSS)
                .timestamps(3, second));
        assertEquals(20 * MSS, u32(96), "rcv_space: what was read in a round trip");
    }

    @Test
    void shouldTellAForgottenConnectionAsClosed() {
        tcp.establish();
        tcp.abort();

        assertEquals(7, u8(0), "state");
        assertEquals(0, u64(200));
    }
}
