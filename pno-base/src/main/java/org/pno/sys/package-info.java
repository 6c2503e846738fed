/**
 * The only place with system calls: libc through the foreign function API, no JNI and no C of our own. Set-up calls
 * throw
 * {@link org.pno.sys.SystemCallException}; calls of the hot path return a negative errno, allocate nothing and never
 * throw for what the kernel answers. Linux on x86-64 and aarch64.
 *
 * <p>Descriptors are plain ints, always opened close-on-exec. Memory handed to the kernel is native and is checked
 * against its bounds before the call.
 */
package org.pno.sys;
