package org.pno.tcp;

/**
 * SipHash (Aumasson and Bernstein, 2012) of a flow: a pseudo-random function that nobody without its key can predict
 * or make collide. Two compression and four finalisation rounds where the output is seen on the wire, one and three
 * where it only spreads a hash table. One object per key; it keeps the rounds' state, so one thread.
 */
final class KeyedHash {
    private final long key0;
    private final long key1;
    private final int compressionRounds;
    private final int finalisationRounds;

    private long v0;
    private long v1;
    private long v2;
    private long v3;

    private KeyedHash(final long key0, final long key1, final int compressionRounds, final int finalisationRounds) {
        this.key0 = key0;
        this.key1 = key1;
        this.compressionRounds = compressionRounds;
        this.finalisationRounds = finalisationRounds;
    }

    /** SipHash-2-4. */
    static KeyedHash strong(final long key0, final long key1) {
        return new KeyedHash(key0, key1, 2, 4);
    }

    /** SipHash-1-3. */
    static KeyedHash fast(final long key0, final long key1) {
        return new KeyedHash(key0, key1, 1, 3);
    }

    /** A key for another use, which tells nothing about this one. */
    KeyedHash derive(final long use) {
        final long derived0 = start().add(use).add(0).finish(16);
        final long derived1 = start().add(use).add(1).finish(16);
        return new KeyedHash(derived0, derived1, compressionRounds, finalisationRounds);
    }

    /** Addresses and both ports. */
    long ofFlow(final Flow flow) {
        return start().addAddresses(flow)
                .add((long) flow.localPort << 16 | flow.remotePort)
                .finish(40);
    }

    /** One word. */
    long ofWord(final long word) {
        return start().add(word).finish(8);
    }

    /** Addresses, both ports and two words more. */
    long ofFlow(final Flow flow, final long word0, final long word1) {
        return start().addAddresses(flow)
                .add((long) flow.localPort << 16 | flow.remotePort)
                .add(word0)
                .add(word1)
                .finish(56);
    }

    /** Both addresses and one word. */
    long ofAddresses(final Flow flow, final long word) {
        return start().addAddresses(flow).add(word).finish(40);
    }

    /** Addresses and remote port: what a choice of the local port depends on (RFC 6056 3.3.3). */
    long ofDestination(final Flow flow) {
        return start().addAddresses(flow).add(flow.remotePort).finish(40);
    }

    private KeyedHash start() {
        v0 = key0 ^ 0x736f6d6570736575L;
        v1 = key1 ^ 0x646f72616e646f6dL;
        v2 = key0 ^ 0x6c7967656e657261L;
        v3 = key1 ^ 0x7465646279746573L;
        return this;
    }

    private KeyedHash addAddresses(final Flow flow) {
        return add(flow.localHi).add(flow.localLo).add(flow.remoteHi).add(flow.remoteLo);
    }

    private KeyedHash add(final long word) {
        v3 ^= word;
        rounds(compressionRounds);
        v0 ^= word;
        return this;
    }

    /** The last word of the message is its length alone, since all messages are whole words. */
    private long finish(final int lengthBytes) {
        add((long) lengthBytes << 56);
        v2 ^= 0xff;
        rounds(finalisationRounds);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    /** SipHash of whole words: what the published test vectors can be held against. */
    long ofWords(final long... words) {
        start();
        for (final long word : words) {
            add(word);
        }
        return finish(words.length * Long.BYTES);
    }

    private void rounds(final int count) {
        long a = v0;
        long b = v1;
        long c = v2;
        long d = v3;
        for (int i = 0; i < count; i++) {
            a += b;
            c += d;
            b = Long.rotateLeft(b, 13) ^ a;
            d = Long.rotateLeft(d, 16) ^ c;
            a = Long.rotateLeft(a, 32);
            c += b;
            a += d;
            b = Long.rotateLeft(b, 17) ^ c;
            d = Long.rotateLeft(d, 21) ^ a;
            c = Long.rotateLeft(c, 32);
        }
        v0 = a;
        v1 = b;
        v2 = c;
        v3 = d;
    }
}
