package org.pno.control;

/**
 * What came with a request: handles, which stand for descriptors on the host's kernel. Where that is our own, they are
 * descriptors. They are let go after the request.
 */
public interface Attachments {
    int count();

    int handle(int index);
}
