package org.pno.link;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HandshakeCodecTest {
    private static final int AT = 24;
    private static final long IPV4_PREFIX = 0xFFFF_0000_0000L;

    private final MemorySegment packet = Arena.ofAuto().allocate(HandshakeDescriptor.MAX_BYTES + AT, 8);
    private final HandshakeEncoder encoder = new HandshakeEncoder().wrap(packet, AT);
    private final HandshakeDecoder decoder = new HandshakeDecoder();

    @Test
    void shouldRoundTripRequests() throws ProtocolException {
        decode(encoder.hello(HandshakeDescriptor.KIND_TOOL));
        assertEquals(HandshakeDescriptor.HELLO, decoder.type());
        assertEquals(HandshakeDescriptor.KIND_TOOL, decoder.helloKind());

        decode(encoder.arena());
        assertEquals(HandshakeDescriptor.ARENA, decoder.type());

        decode(encoder.channel(7, 255));
        assertEquals(HandshakeDescriptor.CHANNEL, decoder.type());
        assertEquals(7, decoder.channelArena());
        assertEquals(255, decoder.channelNumber());

        decode(encoder.holder(8, 3));
        assertEquals(HandshakeDescriptor.HOLDER, decoder.type());
        assertEquals(8, decoder.holderArena());
        assertEquals(3, decoder.holderSlot());

        decode(encoder.query(HandshakeDescriptor.QUERY_COUNTERS));
        assertEquals(HandshakeDescriptor.QUERY, decoder.type());
        assertEquals(HandshakeDescriptor.QUERY_COUNTERS, decoder.queryWhat());

        decode(encoder.join());
        assertEquals(HandshakeDescriptor.JOIN, decoder.type());

        decode(encoder.spare());
        assertEquals(HandshakeDescriptor.SPARE, decoder.type());

        decode(encoder.stop());
        assertEquals(HandshakeDescriptor.STOP, decoder.type());
    }

    @Test
    void shouldRoundTripWhatNamesASocket() throws ProtocolException {
        decode(encoder.identity(1, 99_999, 0xFFFF_FFFE));
        assertEquals(HandshakeDescriptor.IDENTITY, decoder.type());
        assertEquals(1, decoder.socketArena());
        assertEquals(99_999, decoder.socketRecord());
        assertEquals(0xFFFF_FFFE, decoder.socketGeneration());

        decode(encoder.unlisten(2, 3, 4));
        assertEquals(HandshakeDescriptor.UNLISTEN, decoder.type());
        assertEquals(4, decoder.socketGeneration());

        decode(encoder.joined(5, 6, 7, HandshakeDescriptor.ROLE_LISTENER));
        assertEquals(HandshakeDescriptor.JOINED, decoder.type());
        assertEquals(5, decoder.socketArena());
        assertEquals(6, decoder.socketRecord());
        assertEquals(7, decoder.socketGeneration());
        assertEquals(HandshakeDescriptor.ROLE_LISTENER, decoder.joinedRole());
    }

    @Test
    void shouldRoundTripListen() throws ProtocolException {
        decode(encoder.listen(1, 99_999, 0xFFFF_FFFE, 511));

        assertEquals(HandshakeDescriptor.LISTEN, decoder.type());
        assertEquals(1, decoder.listenArena());
        assertEquals(99_999, decoder.listenRecord());
        assertEquals(0xFFFF_FFFE, decoder.listenGeneration());
        assertEquals(511, decoder.listenBacklog());
    }

    @Test
    void shouldRoundTripCalls() throws ProtocolException {
        final List<CallCount> counts = List.of(
                new CallCount(UnsupportedCall.SETSOCKOPT, 65_535, 31, Long.MAX_VALUE),
                new CallCount(UnsupportedCall.SEND_IN_HANDLER, 0, 0, 1));

        decode(encoder.calls(counts));

        assertEquals(HandshakeDescriptor.CALLS, decoder.type());
        assertEquals(counts, decoder.calls());
    }

    @Test
    void shouldRefuseMoreCallsThanAProgramCanHave() throws ProtocolException {
        final CallCount one = new CallCount(UnsupportedCall.IOCTL, 0, 0, 1);
        decode(encoder.calls(Collections.nCopies(HandshakeDescriptor.MAX_CALLS + 1, one)));

        assertThrows(ProtocolException.class, decoder::calls);
    }

    @Test
    void shouldRefuseACallThatDoesNotExist() throws ProtocolException {
        for (final int number : new int[] {0, -1, UnsupportedCall.values().length + 1, Integer.MIN_VALUE}) {
            final int length = encoder.calls(List.of(new CallCount(UnsupportedCall.IOCTL, 0, 0, 1)));
            packet.set(ValueLayout.JAVA_INT, AT + HandshakeDescriptor.CALLS_COUNTS_OFFSET, number);
            decode(length);

            assertThrows(ProtocolException.class, decoder::calls);
        }
    }

    @Test
    void shouldNumberUnsupportedCallsInTheirOrder() {
        for (final UnsupportedCall call : UnsupportedCall.values()) {
            assertEquals(call, UnsupportedCall.of(call.number()));
        }
    }

    @Test
    void shouldRoundTripCapture() throws ProtocolException {
        final CaptureRequest request = new CaptureRequest(
                96,
                0xFD00_0000_0000_0000L,
                1,
                6379,
                List.of(
                        new CaptureRequest.Connection(0, IPV4_PREFIX | 1, 65_535, 5, 6, 80),
                        new CaptureRequest.Connection(1, 2, 3, 0, 0, 0)));

        decode(encoder.capture(request));

        assertEquals(HandshakeDescriptor.CAPTURE, decoder.type());
        assertEquals(request, decoder.captureRequest());
    }

    @Test
    void shouldRoundTripWelcomeWithBothFamilies() throws ProtocolException {
        final List<DpuAddress> addresses = List.of(
                new DpuAddress(0, IPV4_PREFIX | 0x0A4D_0001L, 24),
                new DpuAddress(0xFD00_0000_0000_0000L, 0x8000_0000_0000_0001L, 64));

        decode(encoder.welcome(-5, addresses));

        assertEquals(HandshakeDescriptor.WELCOME, decoder.type());
        assertEquals(-5, decoder.welcomeEpoch());
        assertEquals(addresses, decoder.welcomeAddresses());
        assertEquals(10, packet.get(ValueLayout.JAVA_BYTE, AT + HandshakeDescriptor.WELCOME_ADDRESSES_OFFSET + 8));
    }

    @Test
    void shouldRoundTripReplies() throws ProtocolException {
        decode(encoder.ok(-1));
        assertEquals(HandshakeDescriptor.OK, decoder.type());
        assertEquals(-1, decoder.okValue());

        decode(encoder.error(13, "not yours: µ"));
        assertEquals(HandshakeDescriptor.ERROR, decoder.type());
        assertEquals(13, decoder.errorErrno());
        assertEquals("not yours: µ", decoder.errorText());

        final byte[] text = "0123456789".getBytes(StandardCharsets.UTF_8);
        decode(encoder.text(text, 2, 5));
        assertEquals(HandshakeDescriptor.TEXT, decoder.type());
        assertArrayEquals("23456".getBytes(StandardCharsets.UTF_8), decoder.textBytes());
    }

    @Test
    void shouldCutAnErrorThatIsTooLong() throws ProtocolException {
        final int length = encoder.error(5, "x".repeat(HandshakeDescriptor.MAX_BYTES));

        decode(length);
        assertEquals(HandshakeDescriptor.MAX_BYTES, length);
        assertEquals(
                HandshakeDescriptor.MAX_BYTES - HandshakeDescriptor.ERROR_TEXT_OFFSET,
                decoder.errorText().length());
    }

    @Test
    void shouldNameBothVersionsWhenTheyDiffer() {
        final int length = encoder.hello(HandshakeDescriptor.KIND_PROGRAM);
        packet.set(ValueLayout.JAVA_INT, AT + HandshakeDescriptor.VERSION_OFFSET, 77);

        final ProtocolException refused = assertThrows(ProtocolException.class, () -> decode(length));
        assertTrue(refused.getMessage().contains("77"), refused.getMessage());
        assertTrue(refused.getMessage().contains("version " + ArenaDescriptor.VERSION), refused.getMessage());
    }

    @Test
    void shouldRefuseMessagesThatAreCutOrTooLong() {
        final int length = encoder.listen(1, 2, 3, 4);

        for (int wrong = 0; wrong <= length + 8; wrong++) {
            if (wrong != length) {
                final int wrongLength = wrong;
                assertThrows(ProtocolException.class, () -> decode(wrongLength), () -> "length " + wrongLength);
            }
        }
    }

    @Test
    void shouldRefuseCountsThatDoNotFit() {
        encoder.welcome(1, List.of());
        for (final int count : new int[] {1, 1366, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            packet.set(ValueLayout.JAVA_INT, AT + HandshakeDescriptor.WELCOME_ADDRESS_COUNT_OFFSET, count);
            assertThrows(ProtocolException.class, () -> decode(HandshakeDescriptor.WELCOME_ADDRESSES_OFFSET));
            assertThrows(ProtocolException.class, () -> decode(HandshakeDescriptor.MAX_BYTES));
        }
    }

    @Test
    void shouldRefuseAnAddressWithAnImpossiblePrefix() throws ProtocolException {
        final int length = encoder.welcome(1, List.of(new DpuAddress(0, IPV4_PREFIX | 1, 32)));
        packet.set(ValueLayout.JAVA_SHORT, AT + HandshakeDescriptor.WELCOME_ADDRESSES_OFFSET + 2, (short) 33);
        decode(length);

        assertThrows(ProtocolException.class, decoder::welcomeAddresses);
    }

    @Test
    void shouldSurviveRandomPackets() {
        final Random random = new Random(42);
        final byte[] noise = new byte[64];
        int decoded = 0;
        for (int i = 0; i < 100_000; i++) {
            random.nextBytes(noise);
            MemorySegment.copy(noise, 0, packet, ValueLayout.JAVA_BYTE, AT, noise.length);
            packet.set(ValueLayout.JAVA_INT, AT, random.nextInt(24));
            packet.set(ValueLayout.JAVA_INT, AT + 4, ArenaDescriptor.VERSION);
            try {
                decode(random.nextInt(noise.length + 1));
                decoded++;
            } catch (final ProtocolException expected) {
                assertTrue(expected.getMessage().contains("control message"), expected.getMessage());
            }
        }
        assertTrue(decoded > 0, "no packet had a right length");
    }

    private void decode(final int length) throws ProtocolException {
        decoder.wrap(packet, AT, length);
    }
}
