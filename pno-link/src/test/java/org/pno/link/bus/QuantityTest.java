package org.pno.link.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource({"0ns, 0", "900ns, 900", "1.5us, 1500", "2ms, 2000000", "1s, 1000000000"})
    void shouldReadATime(final String text, final long nanos) {
        assertEquals(nanos, Quantity.nanos("read", text, 1_000_000_000));
    }

    @Test
    void shouldReadARate() {
        assertEquals(25_000_000_000L, Quantity.bytesPerSecond("bandwidth", "25GB/s"));
        assertEquals(800_000_000L, Quantity.bytesPerSecond("bandwidth", "800MB/s"));
    }

    @Test
    void shouldReadNumbersAndShares() {
        assertEquals(64, Quantity.count("outstanding", "64", 1, 100));
        assertEquals(0.125, Quantity.share("jitter", "12.5%"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"900", "1m", "-1ns", "us", "1.us", "1001ms", "99999999999999999ns"})
    void shouldRefuseWhatIsNoTime(final String text) {
        refuses("read=" + text, () -> Quantity.nanos("read", text, 1_000_000_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"25", "25Gb/s", "0GB/s", "0.1MB/s"})
    void shouldRefuseWhatIsNoRate(final String text) {
        refuses("bandwidth=" + text, () -> Quantity.bytesPerSecond("bandwidth", text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "1.5", "x"})
    void shouldRefuseANumberOutOfBounds(final String text) {
        refuses("outstanding=" + text, () -> Quantity.count("outstanding", text, 1, 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.1", "101%", "%"})
    void shouldRefuseWhatIsNoShare(final String text) {
        refuses("jitter=" + text, () -> Quantity.share("jitter", text));
    }

    private static void refuses(final String start, final Executable reading) {
        final String message = assertThrows(BusException.class, reading).getMessage();
        assertEquals(start + ": say ", message.substring(0, start.length() + ": say ".length()));
    }
}
