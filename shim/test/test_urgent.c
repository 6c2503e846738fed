/* Urgent data: the same on the kernel's TCP and on ours. */
#include <fcntl.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>

#include "check.h"

/* Until all that was sent has arrived. */
static void wait_sent(int fd)
{
    int left = 1;
    while (left > 0) {
        CHECK_EQ(ioctl(fd, SIOCOUTQ, &left), 0);
        if (left > 0)
            usleep(50);
    }
}

static void say(int fd, const char *text, int flags)
{
    CHECK_EQ(send(fd, text, strlen(text), flags), strlen(text));
    wait_sent(fd);
}

/* What one call reads is this text. */
static void hear(int fd, const char *text, int flags)
{
    char got[64] = "";
    CHECK_EQ(recv(fd, got, sizeof(got) - 1, flags), strlen(text));
    CHECK_EQ(strcmp(got, text), 0);
}

static void hear_urgent(int fd, char byte, int flags)
{
    char got[4] = "";
    CHECK_EQ(recv(fd, got, sizeof(got), MSG_OOB | flags), 1);
    CHECK_EQ(got[0], byte);
}

static void hear_nothing(int fd)
{
    char got[4];
    CHECK_ERRNO(recv(fd, got, sizeof(got), MSG_DONTWAIT), EAGAIN);
}

static void no_urgent(int fd)
{
    char got[4];
    CHECK_ERRNO(recv(fd, got, sizeof(got), MSG_OOB), EINVAL);
}

static int unread(int fd)
{
    int bytes = -1;
    CHECK_EQ(ioctl(fd, FIONREAD, &bytes), 0);
    return bytes;
}

static int poll_now(int fd)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN | POLLPRI | POLLRDBAND};
    CHECK(poll(&wanted, 1, 0) >= 0);
    return wanted.revents;
}

static void read_inline(int fd, int on)
{
    CHECK_EQ(setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)), 0);
}

BOTH(shouldReadTheUrgentByteBesideTheStream)
{
    int fds[2];
    make_pair(stack, fds);
    no_urgent(fds[1]);
    say(fds[0], "abcX", MSG_OOB);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    CHECK_EQ(unread(fds[1]), 3);
    hear_urgent(fds[1], 'X', 0);
    CHECK_EQ(poll_now(fds[1]), POLLIN);
    no_urgent(fds[1]);
    hear(fds[1], "abc", 0);
    CHECK_EQ(poll_now(fds[1]), 0);
    hear_nothing(fds[1]);
}

BOTH(shouldStopReadsAtTheMark)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abcX", MSG_OOB);
    say(fds[0], "def", 0);
    CHECK_EQ(sockatmark(fds[1]), 0);
    CHECK_EQ(unread(fds[1]), 3);
    hear(fds[1], "abc", 0);
    CHECK_EQ(sockatmark(fds[1]), 1);
    CHECK_EQ(unread(fds[1]), 0);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    hear(fds[1], "def", 0);
    CHECK_EQ(sockatmark(fds[1]), 0);
    CHECK_EQ(poll_now(fds[1]), 0);
    no_urgent(fds[1]);
}

BOTH(shouldStopAtTheMarkThoughAllWasAskedFor)
{
    int fds[2];
    char got[8];
    make_pair(stack, fds);
    say(fds[0], "abcX", MSG_OOB);
    say(fds[0], "def", 0);
    CHECK_EQ(recv(fds[1], got, 6, MSG_WAITALL), 3);
    CHECK_EQ(recv(fds[1], got, 3, MSG_WAITALL), 3);
    CHECK_EQ(memcmp(got, "def", 3), 0);
}

BOTH(shouldNotBeReadableByTheUrgentByteAlone)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    CHECK_EQ(poll_now(fds[1]), POLLPRI);
    CHECK_EQ(sockatmark(fds[1]), 1);
    CHECK_EQ(unread(fds[1]), 0);
    say(fds[0], "a", 0);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    hear_urgent(fds[1], 'X', 0);
    CHECK_EQ(sockatmark(fds[1]), 1);
    hear(fds[1], "a", 0);
    CHECK_EQ(sockatmark(fds[1]), 0);
}

BOTH(shouldPassOverTheUrgentByteForGood)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    hear_nothing(fds[1]);
    CHECK_EQ(sockatmark(fds[1]), 0);
    CHECK_EQ(poll_now(fds[1]), 0);
    no_urgent(fds[1]);
}

BOTH(shouldPeekAtTheUrgentByte)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    hear_urgent(fds[1], 'X', MSG_PEEK);
    hear_urgent(fds[1], 'X', MSG_PEEK);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    hear_urgent(fds[1], 'X', 0);
    no_urgent(fds[1]);
}

BOTH(shouldPeekUpToTheMarkAndBehindIt)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    say(fds[0], "cd", 0);
    hear(fds[1], "ab", MSG_PEEK);
    hear(fds[1], "ab", 0);
    hear(fds[1], "cd", MSG_PEEK);
    CHECK_EQ(sockatmark(fds[1]), 1);
    hear_urgent(fds[1], 'X', 0);
    hear(fds[1], "cd", MSG_PEEK);
    hear(fds[1], "cd", 0);
}

BOTH(shouldPeekAtNothingBehindTheMark)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    CHECK_ERRNO(recv(fds[1], &byte, 1, MSG_PEEK | MSG_DONTWAIT), EAGAIN);
    CHECK_EQ(sockatmark(fds[1]), 1);
    hear_urgent(fds[1], 'X', 0);
}

BOTH(shouldReadTheUrgentByteInTheStreamIfAskedTo)
{
    int fds[2], on = 0;
    socklen_t length = sizeof(on);
    make_pair(stack, fds);
    read_inline(fds[1], 7);
    CHECK_EQ(getsockopt(fds[1], SOL_SOCKET, SO_OOBINLINE, &on, &length), 0);
    CHECK_EQ(on, 1);
    say(fds[0], "abX", MSG_OOB);
    say(fds[0], "cd", 0);
    CHECK_EQ(unread(fds[1]), 5);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    no_urgent(fds[1]);
    hear(fds[1], "ab", 0);
    CHECK_EQ(sockatmark(fds[1]), 1);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    hear(fds[1], "Xcd", 0);
    CHECK_EQ(poll_now(fds[1]), 0);
}

BOTH(shouldChangeItsMindAboutReadingInline)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    read_inline(fds[1], 1);
    CHECK_EQ(unread(fds[1]), 3);
    read_inline(fds[1], 0);
    CHECK_EQ(unread(fds[1]), 2);
    hear_urgent(fds[1], 'X', 0);
    read_inline(fds[1], 1);
    hear(fds[1], "ab", 0);
    hear(fds[1], "X", 0);
}

BOTH(shouldInheritReadingInline)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port), on = 0;
    socklen_t length = sizeof(on);
    read_inline(listener, 1);
    int client = connect_to(stack, port);
    int fd = accept(listener, NULL, NULL);
    CHECK_EQ(getsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, &length), 0);
    CHECK_EQ(on, 1);
    say(client, "X", MSG_OOB);
    CHECK_EQ(poll_now(fd), POLLIN | POLLPRI);
    hear(fd, "X", 0);
}

BOTH(shouldKeepReadingInlineThatWasSetBeforeConnect)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    read_inline(fd, 1);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    say(accepted, "aX", MSG_OOB);
    hear(fd, "a", 0);
    hear(fd, "X", 0);
}

BOTH(shouldTakeANewUrgentByteForAnUnreadOne)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    say(fds[0], "cdY", MSG_OOB);
    CHECK_EQ(poll_now(fds[1]), POLLIN | POLLPRI);
    hear_urgent(fds[1], 'Y', 0);
    hear(fds[1], "abXcd", 0);
    hear_nothing(fds[1]);
}

BOTH(shouldLoseTheUrgentByteAtWhichItStandsToANewOne)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    hear(fds[1], "ab", 0);
    say(fds[0], "cdY", MSG_OOB);
    CHECK_EQ(sockatmark(fds[1]), 0);
    hear_urgent(fds[1], 'Y', 0);
    CHECK_EQ(unread(fds[1]), 2);
    hear(fds[1], "cd", 0);
    hear_nothing(fds[1]);
}

BOTH(shouldTellOfANewUrgentByteAfterOneThatWasRead)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    hear_urgent(fds[1], 'X', 0);
    say(fds[0], "Y", MSG_OOB);
    CHECK_EQ(poll_now(fds[1]), POLLPRI);
    hear_urgent(fds[1], 'Y', 0);
    CHECK_EQ(sockatmark(fds[1]), 1);
    hear_nothing(fds[1]);
    CHECK_EQ(sockatmark(fds[1]), 0);
}

BOTH(shouldSendOnlyTheLastByteUrgently)
{
    int fds[2];
    struct iovec pieces[2] = {{"ab", 2}, {"cX", 2}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    make_pair(stack, fds);
    CHECK_EQ(sendmsg(fds[0], &message, MSG_OOB), 4);
    wait_sent(fds[0]);
    hear_urgent(fds[1], 'X', 0);
    CHECK_EQ(sendto(fds[0], "dY", 2, MSG_OOB | MSG_MORE, NULL, 0), 2);
    wait_sent(fds[0]);
    hear_urgent(fds[1], 'Y', 0);
    CHECK_EQ(send(fds[0], "", 0, MSG_OOB), 0);
    no_urgent(fds[1]);
    hear(fds[1], "abcXd", 0);
}

BOTH(shouldSayInTheMessageThatItIsUrgent)
{
    int fds[2];
    char got[4] = "";
    struct iovec pieces[2] = {{got, 0}, {got + 1, 3}};
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = 2};
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    CHECK_EQ(recvmsg(fds[1], &message, MSG_OOB | MSG_PEEK), 1);
    CHECK_EQ(message.msg_flags, MSG_OOB);
    CHECK_EQ(got[1], 'X');
    message.msg_iovlen = 0;
    CHECK_EQ(recvmsg(fds[1], &message, MSG_OOB), 0);
    CHECK_EQ(message.msg_flags, MSG_OOB | MSG_TRUNC);
    CHECK_ERRNO(recvmsg(fds[1], &message, MSG_OOB), EINVAL);
}

BOTH(shouldCountWithoutCopying)
{
    int fds[2];
    char got[16] = "";
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    say(fds[0], "cd", 0);
    CHECK_EQ(recv(fds[1], got, 16, MSG_TRUNC), 2);
    CHECK_EQ(recv(fds[1], got, 1, MSG_OOB | MSG_TRUNC), 1);
    CHECK_EQ(recv(fds[1], got, 16, MSG_TRUNC), 2);
    CHECK_EQ(got[0], 0);
}

BOTH(shouldFindTheEndBehindTheMark)
{
    int fds[2];
    char got[8];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    CHECK_EQ(shutdown(fds[0], SHUT_WR), 0);
    hear(fds[1], "ab", 0);
    while (!(poll_now(fds[1]) & POLLIN))
        usleep(100);
    CHECK_EQ(recv(fds[1], got, 8, MSG_PEEK), 0);
    CHECK_EQ(unread(fds[1]), 0);
    hear_urgent(fds[1], 'X', 0);
    CHECK_EQ(recv(fds[1], got, 8, 0), 0);
    no_urgent(fds[1]);
}

BOTH(shouldReadTheUrgentByteOfAConnectionThatIsShutForReading)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    CHECK_EQ(shutdown(fds[1], SHUT_RD), 0);
    hear_urgent(fds[1], 'X', 0);
    no_urgent(fds[1]);
}

BOTH(shouldHaveNoUrgentByteOfAConnectionThatWasReset)
{
    int fds[2];
    char byte;
    struct linger at_once = {1, 0};
    make_pair(stack, fds);
    say(fds[0], "abX", MSG_OOB);
    CHECK_EQ(setsockopt(fds[0], SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), 0);
    CHECK_EQ(close(fds[0]), 0);
    while (!(poll_now(fds[1]) & POLLERR))
        usleep(100);
    CHECK_ERRNO(recv(fds[1], &byte, 1, MSG_OOB), ENOTCONN);
    CHECK_EQ(take_error(fds[1]), ECONNRESET);
}

BOTH(shouldReportUrgentDataAsAnException)
{
    int fds[2];
    fd_set reads, excepts;
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    FD_ZERO(&reads);
    FD_ZERO(&excepts);
    FD_SET(fds[1], &reads);
    FD_SET(fds[1], &excepts);
    CHECK_EQ(select(fds[1] + 1, &reads, NULL, &excepts, NULL), 1);
    CHECK(!FD_ISSET(fds[1], &reads) && FD_ISSET(fds[1], &excepts));
}

/* --- epoll --- */

static int watch(int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};
    int set = epoll_create1(0);
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, fd, &event), 0);
    return set;
}

static int reported(int set, int millis)
{
    struct epoll_event event = {0};
    int count = epoll_wait(set, &event, 1, millis);
    CHECK(count >= 0);
    return count == 0 ? 0 : (int)event.events;
}

BOTH(shouldReportUrgentDataByLevel)
{
    int fds[2];
    make_pair(stack, fds);
    int set = watch(fds[1], EPOLLPRI);
    CHECK_EQ(reported(set, 0), 0);
    say(fds[0], "a", 0);
    CHECK_EQ(reported(set, 0), 0);
    say(fds[0], "X", MSG_OOB);
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
    CHECK_EQ(reported(set, 0), EPOLLPRI);
    hear_urgent(fds[1], 'X', 0);
    CHECK_EQ(reported(set, 0), 0);
}

BOTH(shouldReportUrgentDataByEdge)
{
    int fds[2];
    make_pair(stack, fds);
    int set = watch(fds[1], EPOLLPRI | EPOLLET);
    say(fds[0], "X", MSG_OOB);
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
    CHECK_EQ(reported(set, 0), 0);
    say(fds[0], "Y", MSG_OOB);
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
    CHECK_EQ(reported(set, 0), 0);
    say(fds[0], "ab", 0); /* any news tells of it again */
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
    hear_urgent(fds[1], 'Y', 0);
    say(fds[0], "c", 0);
    CHECK_EQ(reported(set, 0), 0);
    say(fds[0], "Z", MSG_OOB);
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
}

BOTH(shouldReportUrgentDataOnce)
{
    int fds[2];
    make_pair(stack, fds);
    int set = watch(fds[1], EPOLLPRI | EPOLLIN | EPOLLONESHOT);
    say(fds[0], "X", MSG_OOB);
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
    say(fds[0], "Y", MSG_OOB);
    CHECK_EQ(reported(set, 0), 0);
    struct epoll_event event = {.events = EPOLLPRI | EPOLLONESHOT};
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_MOD, fds[1], &event), 0);
    CHECK_EQ(reported(set, 5000), EPOLLPRI);
    CHECK_EQ(reported(set, 0), 0);
}

BOTH(shouldWakeASleeperForUrgentData)
{
    int fds[2];
    make_pair(stack, fds);
    if (fork() == 0) {
        usleep(20000);
        say(fds[0], "X", MSG_OOB);
        pause();
    }
    struct pollfd wanted = {.fd = fds[1], .events = POLLPRI};
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(wanted.revents, POLLPRI);
    hear_urgent(fds[1], 'X', 0);
}

BOTH(shouldSleepBeforeTheUrgentByteUntilMoreComes)
{
    int fds[2];
    make_pair(stack, fds);
    say(fds[0], "X", MSG_OOB);
    if (fork() == 0) {
        usleep(20000);
        say(fds[0], "ab", 0);
        pause();
    }
    hear(fds[1], "ab", 0);
}

/* --- much of it --- */

BOTH(shouldFindTheUrgentByteBehindALongWrite)
{
    enum { LENGTH = 300000 };
    static uint8_t out[LENGTH], in[LENGTH];
    int fds[2];
    make_pair(stack, fds);
    fill_pattern(out, LENGTH, 0);
    if (fork() == 0) {
        CHECK_EQ(send(fds[0], out, LENGTH, MSG_OOB), LENGTH);
        pause();
    }
    size_t got = 0;
    while (got < LENGTH - 1) {
        ssize_t count = recv(fds[1], in + got, LENGTH - got, 0);
        CHECK(count > 0);
        got += (size_t)count;
    }
    CHECK_EQ(got, LENGTH - 1);
    CHECK(has_pattern(in, got, 0));
    while (!(poll_now(fds[1]) & POLLPRI))
        usleep(100);
    hear_urgent(fds[1], (char)out[LENGTH - 1], 0);
}

/* --- the same calls in any order --- */

struct transcript {
    char text[8192];
    size_t length;
};

__attribute__((format(printf, 2, 3))) static void note(struct transcript *transcript, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(transcript->text + transcript->length, sizeof(transcript->text) - transcript->length, format,
                          arguments);
    va_end(arguments);
    transcript->length += (size_t)count;
    CHECK(transcript->length < sizeof(transcript->text));
}

static void note_read(struct transcript *transcript, int fd, size_t length, int flags)
{
    char got[16] = "";
    errno = 0;
    ssize_t count = recv(fd, got, length, flags | MSG_DONTWAIT);
    note(transcript, "read %zu %#x: %zd %d '%s'\n", length, (unsigned)flags, count, errno, got);
}

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245 + 12345;
    return *state >> 16 & 0x7FFF;
}

static void act(struct transcript *transcript, const int fds[2], unsigned *random, char *letter)
{
    char text[8];
    size_t length = 1 + next_random(random) % 6;
    static const int flags[] = {0, MSG_PEEK, MSG_OOB, MSG_OOB | MSG_PEEK, MSG_TRUNC};
    switch (next_random(random) % 8) {
    case 0:
    case 1:
    case 2: {
        int urgent = next_random(random) % 2 == 0 ? MSG_OOB : 0;
        for (size_t i = 0; i < length; i++)
            text[i] = (*letter)++ % 26 + (urgent ? 'A' : 'a');
        text[length] = 0;
        note(transcript, "send '%s'\n", text);
        say(fds[0], text, urgent);
        break;
    }
    case 3:
        if (next_random(random) % 3 == 0)
            read_inline(fds[1], next_random(random) % 2 == 0);
        break;
    default:
        note_read(transcript, fds[1], length, flags[next_random(random) % 5]);
    }
    note(transcript, "poll %#x unread %d mark %d\n", (unsigned)poll_now(fds[1]), unread(fds[1]), sockatmark(fds[1]));
}

static void play(const struct stack *stack, unsigned seed, struct transcript *transcript)
{
    int fds[2];
    char letter = 0;
    unsigned random = seed;
    make_pair(stack, fds);
    transcript->length = 0;
    for (int i = 0; i < 40; i++)
        act(transcript, fds, &random, &letter);
    close(fds[0]);
    close(fds[1]);
}

TEST(shouldDoAsTheKernelDoesInAnyOrder)
{
    static struct transcript kernel, ours;
    for (unsigned seed = 1; seed <= 200; seed++) {
        play(&kernel_stack, seed, &kernel);
        play(&pno_stack, seed, &ours);
        size_t at = 0;
        while (at < kernel.length && kernel.text[at] == ours.text[at])
            at++;
        if (at != kernel.length || at != ours.length)
            check_failed(__FILE__, __LINE__, "seed %u, at %zu; the kernel:\n%s\nours:\n%s", seed, at, kernel.text,
                         ours.text);
    }
}
