package org.pno.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.pno.link.RegionSource;
import org.pno.link.fabric.FabricHost;
import org.pno.link.fabric.FabricOptions;
import org.pno.link.fabric.FabricProvider;
import org.pno.link.fabric.FabricPump;
import org.pno.memory.Words;
import org.pno.sys.MemoryMapping;

/**
 * A host with nothing but memory, for {@link FabricAcrossNamespacesTest}: shares a memfd over {@code tcp} once it is
 * told its address, says how it is reached, and then what stands at the offsets that it is asked for, a line each.
 */
final class FabricHostProcess {
    static final int BYTES = 1 << 20;

    private FabricHostProcess() {}

    /** What stands in the memory at first. */
    static long pattern(final long offset) {
        return offset * 0x9E37_79B9_7F4A_7C15L;
    }

    @SuppressWarnings("try") // The pump does its work unseen.
    public static void main(final String[] arguments) throws IOException {
        final BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        final String address = in.readLine();
        final int descriptor = MemoryMapping.createSealedMemfd("pno-fabric-arena", BYTES);
        final FabricHost host = new FabricHost(new FabricOptions(FabricProvider.TCP).withAddress(address));
        try (MemoryMapping program = MemoryMapping.shared(descriptor, 0, BYTES);
                FabricPump ignored = new FabricPump(host)) {
            for (long at = 0; at < BYTES; at += Long.BYTES) {
                Words.setPlain(program.memory(), at, pattern(at));
            }
            final RegionSource.Remote source = host.share(descriptor, BYTES).source();
            System.out.println(source.address() + " " + source.key() + " " + source.base());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                System.out.println(Words.getAcquire(program.memory(), Long.parseLong(line)));
            }
        }
        host.close();
    }
}
