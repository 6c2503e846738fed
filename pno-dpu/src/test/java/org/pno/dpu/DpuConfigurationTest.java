package org.pno.dpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pno.link.ArenaDescriptor;
import org.pno.tcp.SynCookieMode;
import org.pno.tcp.TcpConfiguration;

/** What may be set, and that every refusal shows the value. */
class DpuConfigurationTest {
    private static void assertRefused(final String value, final Consumer<DpuConfiguration> setter) {
        final DpuException refused = assertThrows(DpuException.class, () -> setter.accept(new DpuConfiguration()));
        assertTrue(refused.getMessage().contains(value), refused.getMessage());
    }

    private static DpuConfiguration valid() {
        return new DpuConfiguration().port("tap:pno0").address("10.77.0.1/24");
    }

    @Test
    void shouldTakeWhatIsRight() {
        final DpuConfiguration configuration = valid().gateway("10.77.0.254").validate();
        assertEquals("tap:pno0", configuration.port());
        assertEquals(24, configuration.addresses().getFirst().length());
    }

    @Test
    void shouldTakeAddressesAndGatewaysOfBothFamilies() {
        final DpuConfiguration configuration = valid().address("fd00::1/64")
                .gateway("10.77.0.254")
                .gateway("fe80::1")
                .validate();
        assertEquals("fd00::1", configuration.addresses().getLast().address().toString());
        assertEquals("10.77.0.254", configuration.gateway().toString());
        assertEquals("fe80::1", configuration.gatewayIpv6().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.77.0", "10.77.0.1/33", "10.77.0.1", "fd00::1", "fd00::1/129", "nonsense/24"})
    void shouldRefuseAnAddress(final String address) {
        assertRefused(address, configuration -> configuration.address(address));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pno0", "tap:", ":x"})
    void shouldRefuseAPort(final String port) {
        assertRefused(port, configuration -> configuration.port(port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"fast", "0", "51", "-1"})
    void shouldRefuseASpin(final String spin) {
        assertRefused(spin, configuration -> configuration.spin(spin));
    }

    @ParameterizedTest
    @CsvSource({"never, OFF", "when-needed, AUTO", "always, ALWAYS"})
    void shouldTakeWhenToGiveSynCookies(final String when, final SynCookieMode mode) {
        assertEquals(mode, valid().synCookies(when).synCookies());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "auto", "0", "Always"})
    void shouldRefuseSynCookies(final String when) {
        assertRefused("--syn-cookies " + when, configuration -> configuration.synCookies(when));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "3, 3", "0x603, 1539", "0x607, 1543"})
    void shouldTakeFastOpenAsLinuxWritesIt(final String bits, final int value) {
        assertEquals(value, valid().fastOpen(bits).fastOpen());
        assertEquals(1, valid().fastOpen());
    }

    @ParameterizedTest
    @ValueSource(strings = {"8", "-1", "0x100", "yes", ""})
    void shouldRefuseFastOpen(final String bits) {
        assertRefused("--fast-open " + bits, configuration -> configuration.fastOpen(bits));
    }

    @Test
    void shouldNeitherPaceNorForceCookiesByDefault() {
        assertFalse(valid().pacing());
        assertTrue(valid().pacing(true).pacing());
        assertEquals(SynCookieMode.AUTO, valid().synCookies());
    }

    @Test
    void shouldRefuseAnUnknownBus() {
        assertRefused("'tube'", configuration -> configuration.bus("tube"));
    }

    @Test
    void shouldRefuseAGatewayThatCannotBeReached() {
        assertRefused(
                "192.0.2.1",
                configuration -> configuration
                        .port("tap:pno0")
                        .address("10.77.0.1/24")
                        .gateway("192.0.2.1")
                        .validate());
    }

    @Test
    void shouldAskForWhatIsMissing() {
        assertRefused("--port", DpuConfiguration::validate);
        assertRefused("--ip", configuration -> configuration.port("tap:pno0").validate());
    }

    @Test
    void shouldSpinOnlyWhereThereAreCores() {
        assertEquals(0, Spin.parse("auto", 2).maxNs());
        assertEquals(50_000, Spin.parse("auto", 4).maxNs());
        assertEquals(20_000, Spin.parse("20", 1).maxNs());
    }

    @Test
    void shouldPutTheControlSocketWhereTheRuleSays() {
        assertEquals("/x", ControlSocketPath.of("/x", "/y", 0, "/run/user/0"));
        assertEquals("/y", ControlSocketPath.of(null, "/y", 0, "/run/user/0"));
        assertEquals("/run/pno/dpu.sock", ControlSocketPath.of("", "", 0, "/run/user/0"));
        assertEquals("/run/user/7/pno/dpu.sock", ControlSocketPath.of(null, null, 7, "/run/user/7"));
        assertEquals("/tmp/pno-7/dpu.sock", ControlSocketPath.of(null, null, 7, null));
    }

    @Test
    void shouldSpinAfterFrequentWorkOnly() {
        final SpinPolicy spin = new SpinPolicy(new Spin(50_000), 0);
        assertFalse(spin.isWorthWaiting(0));
        long nowNs = 0;
        for (int i = 0; i < 100; i++) {
            nowNs += 5_000;
            spin.onWork(nowNs);
        }
        assertTrue(spin.isWorthWaiting(nowNs + 6_000));
        assertFalse(spin.isWorthWaiting(nowNs + 30_000));
        for (int i = 0; i < 100; i++) {
            nowNs += 1_000_000;
            spin.onWork(nowNs);
        }
        assertFalse(spin.isWorthWaiting(nowNs));
    }

    @Test
    void shouldNeverSpinWhenItIsOff() {
        final SpinPolicy spin = new SpinPolicy(new Spin(0), 0);
        spin.onWork(1);
        spin.onWork(2);
        assertFalse(spin.isWorthWaiting(2));
    }

    @Test
    void shouldHaveOneLengthOfAStreamForTcpAndTheArena() {
        assertEquals(ArenaDescriptor.STREAM_BYTES, new TcpConfiguration().streamBytes);
    }
}
