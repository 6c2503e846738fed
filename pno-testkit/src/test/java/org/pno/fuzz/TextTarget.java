package org.pno.fuzz;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.pno.dpu.DpuConfiguration;
import org.pno.dpu.DpuException;
import org.pno.link.ArenaDescriptor;
import org.pno.link.HandshakeDecoder;
import org.pno.link.HandshakeDescriptor;
import org.pno.link.ProtocolException;
import org.pno.port.FaultSpec;
import org.pno.port.PortException;
import org.pno.port.PortSpec;
import org.pno.wire.IpAddress;
import org.pno.wire.IpPrefix;
import org.pno.wire.MacAddress;

/**
 * Messages of the control socket and what is typed on the command line. The first byte chooses the reader; each may
 * refuse, in its own way and no other.
 */
public final class TextTarget {
    private TextTarget() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        if (data.length == 0) {
            return;
        }
        final String text = new String(data, 1, data.length - 1, StandardCharsets.UTF_8);
        try {
            switch (data[0] & 7) {
                case 0 -> message(data);
                case 1 -> address(text);
                case 2 -> IpPrefix.parse(text);
                case 3 -> MacAddress.parse(text);
                case 4 -> PortSpec.parse(text);
                case 5 -> FaultSpec.parse(text);
                case 6 -> new DpuConfiguration().address(text);
                default -> new DpuConfiguration().spin(text);
            }
        } catch (final IllegalArgumentException | PortException | DpuException | ProtocolException refused) {
            if (refused.getMessage() == null) {
                throw new AssertionError("refused without a word: " + text, refused);
            }
        }
    }

    private static void address(final String text) {
        final IpAddress address = IpAddress.parse(text);
        if (!IpAddress.parse(address.toString()).equals(address)) {
            throw new AssertionError(text + " is written as " + address);
        }
    }

    private static void message(final byte[] data) throws ProtocolException {
        final int length = data.length - 1;
        final MemorySegment packet = MemorySegment.ofArray(new byte[Math.max(length, HandshakeDescriptor.BODY_OFFSET)]);
        MemorySegment.copy(data, 1, packet, ValueLayout.JAVA_BYTE, 0, length);
        packet.set(ValueLayout.JAVA_INT_UNALIGNED, HandshakeDescriptor.VERSION_OFFSET, ArenaDescriptor.VERSION);
        final HandshakeDecoder decoder = new HandshakeDecoder().wrap(packet, 0, length);
        switch (decoder.type()) {
            case HandshakeDescriptor.CAPTURE -> decoder.captureRequest();
            case HandshakeDescriptor.WELCOME -> decoder.welcomeAddresses();
            case HandshakeDescriptor.ERROR -> decoder.errorText();
            case HandshakeDescriptor.TEXT -> decoder.textBytes();
            case HandshakeDescriptor.LISTEN -> decoder.listenBacklog();
            default -> decoder.type();
        }
    }
}
