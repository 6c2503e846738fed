package org.pno.system;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Keys with values that follow from their numbers. Of four values three have up to 2 KiB and one up to the largest
 * size, each magnitude as often as any other (the logarithm is uniform), so that small ones are many and large ones
 * weigh most.
 *
 * <p>Also a program, for the peer: prints the commands that write all keys as RESP for {@code redis-cli --pipe}, or the
 * lines that read them for redis-cli.
 *
 * @param count of keys
 * @param smallestBytes of a value
 * @param largestBytes of a value
 */
record KeySet(int count, int smallestBytes, int largestBytes) {
    private static final long SEED = 0x504E_4F21L;
    private static final int SMALL_BYTES = 2048;
    private static final int LARGE_ONE_IN = 4;

    /** Every tenth read asks for one key alone, the others for that many at once. */
    private static final int KEYS_PER_READ = 64;

    private static final int SINGLE_ONE_IN = 10;
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);

    byte[] value(final int key) {
        final SplittableRandom random = new SplittableRandom(SEED + key);
        final int largest = random.nextInt(LARGE_ONE_IN) == 0 ? largestBytes : Math.min(largestBytes, SMALL_BYTES);
        final int smallest = Math.min(smallestBytes, largest);
        final double size = smallest * Math.pow((double) (largest + 1) / smallest, random.nextDouble());
        final byte[] value = new byte[Math.min(largest, (int) size)];
        random.nextBytes(value);
        return value;
    }

    /** Writes one SET per key (RESP 2: arrays of bulk strings). */
    void writeCommands(final OutputStream out) throws IOException {
        for (int key = 0; key < count; key++) {
            final byte[] value = value(key);
            final String name = name(key);
            final String head =
                    "*3\r\n$3\r\nSET\r\n$" + name.length() + "\r\n" + name + "\r\n$" + value.length + "\r\n";
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            out.write(value);
            out.write(LINE_END);
        }
    }

    /** Writes the lines that read all keys in order: GET of one, then MGET of many. */
    void writeReads(final OutputStream out) throws IOException {
        int key = 0;
        while (key < count) {
            final int end = Math.min(count, key + (key / KEYS_PER_READ % SINGLE_ONE_IN == 0 ? 1 : KEYS_PER_READ));
            final String names =
                    IntStream.range(key, end).mapToObj(KeySet::name).collect(Collectors.joining(" "));
            out.write(((end - key == 1 ? "GET " : "MGET ") + names + "\n").getBytes(StandardCharsets.US_ASCII));
            key = end;
        }
    }

    /** Writes what redis-cli prints when it reads all keys: each value and a line feed. */
    void writeValues(final OutputStream out) throws IOException {
        for (int key = 0; key < count; key++) {
            out.write(value(key));
            out.write('\n');
        }
    }

    /** SHA-256 of {@link #writeValues}, in hexadecimal. */
    String digest() throws IOException {
        try {
            final MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            writeValues(new DigestOutputStream(OutputStream.nullOutputStream(), sha256));
            return HexFormat.of().formatHex(sha256.digest());
        } catch (final NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The line of shell that runs this class's program. */
    String program(final String what) {
        return String.join(
                " ",
                Testbed.java(
                        KeySet.class,
                        what,
                        Integer.toString(count),
                        Integer.toString(smallestBytes),
                        Integer.toString(largestBytes)));
    }

    private static String name(final int key) {
        return "key:%06d".formatted(key);
    }

    public static void main(final String[] args) throws IOException {
        final KeySet keys = new KeySet(Integer.parseInt(args[1]), Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 16)) {
            switch (args[0]) {
                case "write" -> keys.writeCommands(out);
                case "read" -> keys.writeReads(out);
                default -> throw new IllegalArgumentException("write or read, not '" + args[0] + "'");
            }
        }
    }
}
