package org.pno.tcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ReassemblyTest {
    private final Reassembly reassembly = new Reassembly(100, new ReassemblyTotals(Long.MAX_VALUE, Integer.MAX_VALUE));
    private final long[] blocks = new long[2 * Reassembly.MAX_BLOCKS];

    private String report(final int limit) {
        final int count = reassembly.report(blocks, 0, limit);
        final StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(blocks[2 * i]).append('-').append(blocks[2 * i + 1]).append(' ');
        }
        return text.toString().trim();
    }

    @Test
    void shouldReportLatestFirst() {
        reassembly.add(10, 20);
        reassembly.add(50, 60);
        reassembly.add(30, 40);
        assertEquals("30-40 50-60 10-20", report(4));
    }

    @Test
    void shouldReportExtentOnceAsLatest() {
        reassembly.add(10, 20);
        reassembly.add(50, 60);
        reassembly.add(20, 30);
        assertEquals("10-30 50-60", report(4));
    }

    @Test
    void shouldReportJoinedExtentsOnce() {
        reassembly.add(10, 20);
        reassembly.add(30, 40);
        reassembly.add(50, 60);
        reassembly.add(20, 30);
        assertEquals("10-40 50-60", report(4));
    }

    @Test
    void shouldReportNoMoreThanThereIsRoomFor() {
        for (int i = 0; i < 6; i++) {
            reassembly.add(20L * i, 20L * i + 10);
        }
        assertEquals("100-110 80-90 60-70", report(3));
        assertEquals("100-110 80-90 60-70 40-50", report(4));
    }

    @Test
    void shouldCompleteStreamUpToNextHole() {
        reassembly.add(10, 20);
        reassembly.add(30, 40);
        assertEquals(20, reassembly.advance(10));
        assertEquals("30-40", report(4));
        assertFalse(reassembly.isEmpty());
    }

    @Test
    void shouldForgetWhatSegmentOverlapped() {
        reassembly.add(10, 20);
        assertEquals(25, reassembly.advance(25));
        assertTrue(reassembly.isEmpty());
        assertEquals("", report(4));
    }

    @Test
    void shouldKnowHowFarItReaches() {
        reassembly.add(10, 20);
        assertTrue(reassembly.reaches(19));
        assertFalse(reassembly.reaches(20));
    }
}
