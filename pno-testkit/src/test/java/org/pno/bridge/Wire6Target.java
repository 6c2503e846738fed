package org.pno.bridge;

import org.pno.bridge.BridgeFixture.Network;

/** As {@link WireTarget}, the connection being one by IPv6, with extension headers before its segments. */
public final class Wire6Target {
    private Wire6Target() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(final byte[] data) {
        WireTarget.play(data, Network.IPV6);
    }
}
