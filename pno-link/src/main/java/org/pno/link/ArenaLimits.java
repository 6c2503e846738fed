package org.pno.link;

/** What the DPU is willing to map for one arena. An arena that asks for more is refused at the handshake. */
public record ArenaLimits(int maxChannels, int maxRecords, int maxHolders, int maxChunks, long maxBytes) {
    /** The bounds of the layout itself; quotas are tighter. */
    public static final ArenaLimits LAYOUT = new ArenaLimits(
            ArenaDescriptor.MAX_CHANNELS,
            ArenaDescriptor.MAX_RECORDS,
            ArenaDescriptor.MAX_HOLDERS,
            ArenaDescriptor.MAX_CHUNKS,
            Long.MAX_VALUE);
}
