package org.pno.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/** Linux's error numbers (asm-generic, the same on x86-64 and aarch64), their names and sentences. */
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ESPIPE = 29;
    public static final int EPIPE = 32;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ENONET = 64;
    public static final int EPROTO = 71;
    public static final int EBADFD = 77;
    public static final int ENOTSOCK = 88;
    public static final int EMSGSIZE = 90;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ECANCELED = 125;

    /** Names by number, blank where Linux has none. */
    private static final String[] NAMES = (" ,EPERM,ENOENT,ESRCH,EINTR,EIO,ENXIO,E2BIG,ENOEXEC,EBADF,ECHILD,EAGAIN,"
                    + "ENOMEM,EACCES,EFAULT,ENOTBLK,EBUSY,EEXIST,EXDEV,ENODEV,ENOTDIR,EISDIR,EINVAL,ENFILE,EMFILE,"
                    + "ENOTTY,ETXTBSY,EFBIG,ENOSPC,ESPIPE,EROFS,EMLINK,EPIPE,EDOM,ERANGE,EDEADLK,ENAMETOOLONG,ENOLCK,"
                    + "ENOSYS,ENOTEMPTY,ELOOP, ,ENOMSG,EIDRM,ECHRNG,EL2NSYNC,EL3HLT,EL3RST,ELNRNG,EUNATCH,ENOCSI,"
                    + "EL2HLT,EBADE,EBADR,EXFULL,ENOANO,EBADRQC,EBADSLT, ,EBFONT,ENOSTR,ENODATA,ETIME,ENOSR,ENONET,"
                    + "ENOPKG,EREMOTE,ENOLINK,EADV,ESRMNT,ECOMM,EPROTO,EMULTIHOP,EDOTDOT,EBADMSG,EOVERFLOW,ENOTUNIQ,"
                    + "EBADFD,EREMCHG,ELIBACC,ELIBBAD,ELIBSCN,ELIBMAX,ELIBEXEC,EILSEQ,ERESTART,ESTRPIPE,EUSERS,"
                    + "ENOTSOCK,EDESTADDRREQ,EMSGSIZE,EPROTOTYPE,ENOPROTOOPT,EPROTONOSUPPORT,ESOCKTNOSUPPORT,"
                    + "EOPNOTSUPP,EPFNOSUPPORT,EAFNOSUPPORT,EADDRINUSE,EADDRNOTAVAIL,ENETDOWN,ENETUNREACH,ENETRESET,"
                    + "ECONNABORTED,ECONNRESET,ENOBUFS,EISCONN,ENOTCONN,ESHUTDOWN,ETOOMANYREFS,ETIMEDOUT,"
                    + "ECONNREFUSED,EHOSTDOWN,EHOSTUNREACH,EALREADY,EINPROGRESS,ESTALE,EUCLEAN,ENOTNAM,ENAVAIL,EISNAM,"
                    + "EREMOTEIO,EDQUOT,ENOMEDIUM,EMEDIUMTYPE,ECANCELED,ENOKEY,EKEYEXPIRED,EKEYREVOKED,EKEYREJECTED,"
                    + "EOWNERDEAD,ENOTRECOVERABLE,ERFKILL,EHWPOISON")
            .split(",");

    private static final LibcFunction STRERROR = LibcFunction.of("strerror", JAVA_LONG, JAVA_INT);

    private Errno() {}

    /** The constant's name, {@code ECONNRESET}; {@code errno 1234} for a number that Linux does not have. */
    public static String name(final int errno) {
        final boolean known = errno > 0 && errno < NAMES.length && !NAMES[errno].isBlank();
        return known ? NAMES[errno] : "errno " + errno;
    }

    /** libc's sentence: {@code Connection reset by peer}. */
    @SuppressWarnings("restricted")
    public static String message(final int errno) {
        return MemorySegment.ofAddress(STRERROR.call(errno)).reinterpret(256).getString(0);
    }

    /** Name and sentence: {@code ECONNRESET (Connection reset by peer)}. */
    public static String describe(final int errno) {
        return name(errno) + " (" + message(errno) + ")";
    }
}
