package org.pno.port;

/** A port that throws away what it is to send. */
record SinkPort(FramePool pool, PortCounters counters) implements PacketPort {
    SinkPort(final FramePool pool) {
        this(pool, new PortCounters());
    }

    @Override
    public int capabilities() {
        return 0;
    }

    @Override
    public String name() {
        return "sink";
    }

    @Override
    public long macAddress() {
        return 0x02_00_00_00_00_01L;
    }

    @Override
    public int mtuBytes() {
        return 1500;
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        return 0;
    }

    @Override
    public void transmit(final long frame, final int length) {
        counters.onSent(length);
        pool.release(frame);
    }

    @Override
    public void flush() {}

    @Override
    public int pollDescriptor() {
        return -1;
    }

    @Override
    public void close() {}
}
