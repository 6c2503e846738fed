/* Streams on sockets, printf to descriptors, calls by number: the same on the kernel's TCP and on ours. */
#include <linux/io_uring.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "check.h"
#include "file.h"
#include "libc.h"

static FILE *stream_on(int fd, const char *mode)
{
    FILE *stream = fdopen(fd, mode);
    CHECK(stream != NULL);
    return stream;
}

static void check_reads(int fd, const char *expected)
{
    char bytes[256] = "";
    wait_bytes(fd, (int)strlen(expected));
    CHECK_EQ(read(fd, bytes, sizeof(bytes)), strlen(expected));
    CHECK(strcmp(bytes, expected) == 0);
}

BOTH(shouldWriteByAStreamWhenItIsFlushed)
{
    int fds[2], there = 0;
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "w");
    CHECK_EQ(fprintf(stream, "%s %d", "hello", 7), 7);
    CHECK_EQ(ioctl(fds[1], FIONREAD, &there), 0);
    CHECK_EQ(there, 0);
    CHECK_EQ(fflush(stream), 0);
    check_reads(fds[1], "hello 7");
}

BOTH(shouldReadLinesByAStream)
{
    int fds[2];
    char line[64];
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[1], "r");
    CHECK_EQ(write(fds[0], "one\ntwo\nthr", 11), 11);
    CHECK(fgets(line, sizeof(line), stream) != NULL);
    CHECK(strcmp(line, "one\n") == 0);
    CHECK(fgets(line, sizeof(line), stream) != NULL);
    CHECK(strcmp(line, "two\n") == 0);
    CHECK_EQ(write(fds[0], "ee", 2), 2);
    CHECK_EQ(close(fds[0]), 0);
    CHECK(fgets(line, sizeof(line), stream) != NULL);
    CHECK(strcmp(line, "three") == 0);
    CHECK(fgets(line, sizeof(line), stream) == NULL);
    CHECK(feof(stream));
    CHECK(!ferror(stream));
}

BOTH(shouldWriteLinesByABufferedStream)
{
    int fds[2];
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "w");
    CHECK_EQ(setvbuf(stream, NULL, _IOLBF, 0), 0);
    CHECK_EQ(fputs("line\nrest", stream) >= 0, 1);
    wait_readable(fds[1]);
    CHECK_EQ(setvbuf(stream, NULL, _IONBF, 0), 0);
    CHECK_EQ(fflush(stream), 0);
    CHECK_EQ(fputc('!', stream), '!');
    check_reads(fds[1], "line\nrest!");
}

BOTH(shouldReadAndWriteByOneStream)
{
    int fds[2];
    char line[16];
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "r+");
    setbuf(stream, NULL);
    CHECK_EQ(fputs("ask\n", stream) >= 0, 1);
    check_reads(fds[1], "ask\n");
    CHECK_EQ(write(fds[1], "told\n", 5), 5);
    CHECK(fgets(line, sizeof(line), stream) != NULL);
    CHECK(strcmp(line, "told\n") == 0);
}

BOTH(shouldTellTheNumberOfAStream)
{
    int fds[2];
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "w");
    CHECK_EQ(fileno(stream), fds[0]);
}

BOTH(shouldCloseTheSocketWithItsStream)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "w");
    CHECK_EQ(fputs("bye", stream) >= 0, 1);
    CHECK_EQ(fclose(stream), 0);
    CHECK_ERRNO(fcntl(fds[0], F_GETFD), EBADF);
    check_reads(fds[1], "bye");
    CHECK_EQ(read(fds[1], &byte, 1), 0);
}

BOTH(shouldRefuseToSeekInAStream)
{
    int fds[2];
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "r");
    CHECK_ERRNO(fseek(stream, 0, SEEK_SET), ESPIPE);
    CHECK_ERRNO(ftell(stream), ESPIPE);
}

BOTH(shouldRefuseAModeThatIsNone)
{
    int fds[2];
    make_pair(stack, fds);
    errno = 0;
    CHECK(fdopen(fds[0], "x") == NULL);
    CHECK_EQ(errno, EINVAL);
}

BOTH(shouldTellAStreamThatItsPeerIsGone)
{
    int fds[2];
    struct linger hard = {.l_onoff = 1};
    signal(SIGPIPE, SIG_IGN);
    make_pair(stack, fds);
    FILE *stream = stream_on(fds[0], "w");
    CHECK_EQ(setsockopt(fds[1], SOL_SOCKET, SO_LINGER, &hard, sizeof(hard)), 0);
    CHECK_EQ(close(fds[1]), 0);
    struct pollfd wanted = {.fd = fds[0]};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK(fputs("x", stream) >= 0);
    CHECK_ERRNO(fflush(stream), ECONNRESET);
    CHECK(ferror(stream));
}

BOTH(shouldOpenAStreamBeforeTheConnectionStands)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int client = socket(AF_INET, SOCK_STREAM, 0);
    FILE *stream = stream_on(client, "w");
    CHECK_EQ(connect(client, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    CHECK(fputs("early", stream) >= 0);
    CHECK_EQ(fflush(stream), 0);
    check_reads(accepted, "early");
}

BOTH(shouldPrintToADescriptor)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(dprintf(fds[0], "%d-%s", 12, "x"), 4);
    check_reads(fds[1], "12-x");
}

/* --- calls by number --- */

BOTH(shouldCloseByNumber)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    CHECK_EQ(syscall(SYS_close, fds[0]), 0);
    CHECK_EQ(read(fds[1], &byte, 1), 0);
    CHECK_ERRNO(write(fds[0], "x", 1), EBADF);
    CHECK_ERRNO(syscall(SYS_close, fds[0]), EBADF);
}

BOTH(shouldSendAndReceiveByNumber)
{
    int fds[2];
    char byte = 0;
    make_pair(stack, fds);
    CHECK_EQ(syscall(SYS_sendto, fds[0], "a", 1, MSG_NOSIGNAL, NULL, 0), 1);
    CHECK_EQ(syscall(SYS_recvfrom, fds[1], &byte, 1, 0, NULL, NULL), 1);
    CHECK_EQ(byte, 'a');
    CHECK_ERRNO(syscall(SYS_recvfrom, fds[1], &byte, 1, MSG_DONTWAIT, NULL, NULL), EAGAIN);
    CHECK_EQ(syscall(SYS_shutdown, fds[0], SHUT_WR), 0);
    CHECK_EQ(syscall(SYS_read, fds[1], &byte, 1), 0);
}

TEST(shouldMakeOtherCallsByNumber)
{
    CHECK_EQ(syscall(SYS_getpid), getpid());
}

ON_PNO(shouldHaveNoIoUring)
{
    struct io_uring_params parameters = {0};
    CHECK_ERRNO(syscall(SYS_io_uring_setup, 1, &parameters), ENOSYS);
}

/* --- several messages, positions --- */

BOTH(shouldSendAndReceiveSeveralMessages)
{
    int fds[2];
    char in[2][4] = {"", ""};
    make_pair(stack, fds);
    struct iovec out_pieces[2] = {{"ab", 2}, {"cde", 3}}, in_pieces[2] = {{in[0], 2}, {in[1], 4}};
    struct mmsghdr out[2] = {{.msg_hdr = {.msg_iov = &out_pieces[0], .msg_iovlen = 1}},
                             {.msg_hdr = {.msg_iov = &out_pieces[1], .msg_iovlen = 1}}};
    struct mmsghdr got[2] = {{.msg_hdr = {.msg_iov = &in_pieces[0], .msg_iovlen = 1}},
                             {.msg_hdr = {.msg_iov = &in_pieces[1], .msg_iovlen = 1}}};
    CHECK_EQ(sendmmsg(fds[0], out, 2, 0), 2);
    CHECK_EQ(out[0].msg_len, 2);
    CHECK_EQ(out[1].msg_len, 3);
    wait_bytes(fds[1], 5);
    CHECK_EQ(recvmmsg(fds[1], got, 2, 0, NULL), 2);
    CHECK_EQ(got[0].msg_len, 2);
    CHECK_EQ(got[1].msg_len, 3);
    CHECK(memcmp(in[1], "cde", 3) == 0);
    CHECK_ERRNO(recvmmsg(fds[1], got, 2, MSG_DONTWAIT, NULL), EAGAIN);
}

BOTH(shouldWaitForTheFirstMessageOnly)
{
    int fds[2];
    char in[2];
    make_pair(stack, fds);
    struct iovec pieces[2] = {{&in[0], 1}, {&in[1], 1}};
    struct mmsghdr got[2] = {{.msg_hdr = {.msg_iov = &pieces[0], .msg_iovlen = 1}},
                             {.msg_hdr = {.msg_iov = &pieces[1], .msg_iovlen = 1}}};
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(recvmmsg(fds[1], got, 2, MSG_WAITFORONE, NULL), 1);
    CHECK_EQ(got[0].msg_len, 1);
}

BOTH(shouldRefuseATimeoutThatIsNone)
{
    int fds[2];
    char in;
    make_pair(stack, fds);
    struct iovec piece = {&in, 1};
    struct mmsghdr got = {.msg_hdr = {.msg_iov = &piece, .msg_iovlen = 1}};
    struct timespec wrong = {.tv_nsec = 1000000000};
    CHECK_ERRNO(recvmmsg(fds[1], &got, 1, 0, &wrong), EINVAL);
}

BOTH(shouldHaveNoPositions)
{
    int fds[2];
    char bytes[4];
    make_pair(stack, fds);
    struct iovec piece = {bytes, sizeof(bytes)};
    CHECK_ERRNO(pread(fds[0], bytes, 1, 0), ESPIPE);
    CHECK_ERRNO(pwrite(fds[0], bytes, 1, 0), ESPIPE);
    CHECK_ERRNO(preadv(fds[0], &piece, 1, 0), ESPIPE);
    CHECK_ERRNO(pwritev(fds[0], &piece, 1, 0), ESPIPE);
    CHECK_ERRNO(preadv2(fds[0], &piece, 1, 0, 0), ESPIPE);
    CHECK_ERRNO(lseek(fds[0], 0, SEEK_SET), ESPIPE);
}

BOTH(shouldReadWithoutAPosition)
{
    int fds[2];
    char bytes[4] = "";
    make_pair(stack, fds);
    struct iovec out = {"abc", 3}, in = {bytes, sizeof(bytes)};
    CHECK_EQ(pwritev2(fds[0], &out, 1, -1, 0), 3);
    wait_bytes(fds[1], 3);
    CHECK_EQ(preadv2(fds[1], &in, 1, -1, 0), 3);
    CHECK(strcmp(bytes, "abc") == 0);
    CHECK_ERRNO(preadv2(fds[1], &in, 1, -1, RWF_NOWAIT), EAGAIN);
}
