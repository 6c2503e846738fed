package org.pno.port;

/** Gives a port another descriptor to poll. */
final class PolledPort extends PortDecorator {
    private final int pollDescriptor;

    PolledPort(final PacketPort port, final int pollDescriptor) {
        super(port);
        this.pollDescriptor = pollDescriptor;
    }

    @Override
    public int pollDescriptor() {
        return pollDescriptor;
    }
}
