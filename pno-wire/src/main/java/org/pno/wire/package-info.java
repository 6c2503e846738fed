/**
 * What stands on the wire: flyweights over header bytes, checksums, sequence arithmetic, addresses. A frame is checked
 * once, at ingress, by the headers' {@code validate}; after that no accessor can fail or leave it.
 */
package org.pno.wire;
