package org.pno.port;

/** A port in front of another one. What a decorator does not do otherwise, the port behind it does. */
public abstract class PortDecorator implements PacketPort {
    protected final PacketPort port;

    /** @param port behind it; closed with it */
    protected PortDecorator(final PacketPort port) {
        this.port = port;
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public int capabilities() {
        return port.capabilities();
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
    public int pollDescriptor() {
        return port.pollDescriptor();
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
