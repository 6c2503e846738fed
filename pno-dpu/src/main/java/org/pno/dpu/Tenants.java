package org.pno.dpu;

import java.util.HashMap;
import java.util.Map;
import org.pno.bridge.Tenant;

/** The users of the DPU, each with the same quota. */
final class Tenants {
    private final Map<Integer, Tenant> byUid = new HashMap<>();
    private final Quotas quotas;

    Tenants(final Quotas quotas) {
        this.quotas = quotas;
    }

    /** True if the tenant is one of these. */
    boolean has(final Tenant tenant) {
        return byUid.get(tenant.uid()) == tenant;
    }

    Tenant of(final int uid) {
        return byUid.computeIfAbsent(
                uid, user -> new Tenant(user, quotas.arenaBytes(), quotas.sockets(), quotas.halfOpen()));
    }
}
