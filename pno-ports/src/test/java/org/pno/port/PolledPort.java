package org.pno.port;

/** Gives a port another descriptor to poll. */
record PolledPort(PacketPort port, int pollDescriptor) implements PacketPort {
    @Override
    public int capabilities() {
        return port.capabilities();
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public long macAddress() {
        return port.macAddress();
    }

    @Override
    public int mtuBytes() {
        return port.mtuBytes();
    }

    @Override
    public FramePool pool() {
        return port.pool();
    }

    @Override
    public int receive(final FrameHandler handler, final int limit) {
        return port.receive(handler, limit);
    }

    @Override
    public void transmit(final long frame, final int length) {
        port.transmit(frame, length);
    }

    @Override
    public void flush() {
        port.flush();
    }

    @Override
    public PortCounters counters() {
        return port.counters();
    }

    @Override
    public void close() {
        port.close();
    }
}
