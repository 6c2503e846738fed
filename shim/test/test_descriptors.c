/* Numbers: dup and its relatives, and what is ours among the kernel's. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "check.h"
#include "control.h"

BOTH(shouldLiveAsLongAsAnyNumber)
{
    int fds[2];
    char text[4];
    make_pair(stack, fds);
    int copy = dup(fds[0]);
    CHECK(copy >= 0);
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(write(copy, "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(close(copy), 0);
    CHECK_EQ(read(fds[1], text, 1), 0);
}

BOTH(shouldShareFlagsAmongItsNumbers)
{
    int fds[2];
    make_pair(stack, fds);
    int copy = fcntl(fds[0], F_DUPFD_CLOEXEC, 100);
    CHECK(copy >= 100);
    CHECK_EQ(fcntl(copy, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(fds[0], F_GETFD), 0);
    set_nonblocking(copy);
    CHECK_EQ(fcntl(fds[0], F_GETFL), O_RDWR | O_NONBLOCK);
}

BOTH(shouldReplaceWhatANumberNames)
{
    int fds[2], others[2], pipes[2];
    char text[4];
    make_pair(stack, fds);
    make_pair(stack, others);
    CHECK_EQ(pipe(pipes), 0);
    CHECK_EQ(dup2(fds[0], pipes[0]), pipes[0]);
    CHECK_EQ(write(pipes[0], "abc", 3), 3);
    CHECK_EQ(dup2(others[0], fds[0]), fds[0]);
    CHECK_EQ(write(fds[0], "xyz", 3), 3);
    CHECK_EQ(recv(others[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(dup3(pipes[1], pipes[0], O_CLOEXEC), pipes[0]);
    CHECK_EQ(recv(fds[1], text, 4, MSG_WAITALL), 3);
    CHECK_EQ(read(fds[1], text, 1), 0);
    CHECK_EQ(dup2(fds[0], fds[0]), fds[0]);
    CHECK_ERRNO(dup3(fds[0], fds[0], 0), EINVAL);
    CHECK_ERRNO(dup2(999, fds[0]), EBADF);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
}

BOTH(shouldBeASocketToFstat)
{
    int fds[2];
    struct stat status;
    make_pair(stack, fds);
    CHECK_EQ(fstat(fds[0], &status), 0);
    CHECK(S_ISSOCK(status.st_mode));
    CHECK_ERRNO(lseek(fds[0], 0, SEEK_CUR), ESPIPE);
}

BOTH(shouldTakeTheLowestNumber)
{
    int fds[2];
    make_pair(stack, fds);
    int listener;
    uint16_t port;
    listener = listen_on(stack, 0, &port);
    CHECK_EQ(close(fds[0]), 0);
    int client = connect_to(stack, port);
    CHECK_EQ(client, fds[0]);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(close(fds[1]), 0);
    CHECK_EQ(dup(accepted), fds[1]);
}

BOTH(shouldConvertEveryNumberOfASocketThatConnects)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int copy = dup(fd);
    char text[4];
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(fcntl(fd, F_GETFD), FD_CLOEXEC);
    CHECK_EQ(fcntl(copy, F_GETFD), 0);
    CHECK_EQ(write(copy, "ab", 2), 2);
    CHECK_EQ(close(copy), 0);
    CHECK_EQ(write(fd, "cd", 2), 2);
    CHECK_EQ(recv(accepted, text, 4, MSG_WAITALL), 4);
}

ON_PNO(shouldCloseARangeButNotItsOwnDescriptors)
{
    int fds[2];
    char text[1];
    make_pair(stack, fds);
    int keep = dup2(fds[1], 3);
    int pipes[2];
    CHECK_EQ(pipe(pipes), 0);
    CHECK_EQ(close_range(4, ~0U, 0), 0);
    CHECK_ERRNO(write(pipes[1], "x", 1), EBADF);
    CHECK_ERRNO(write(fds[0], "x", 1), EBADF);
    CHECK_EQ(read(keep, text, 1), 0);
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(read(fds[1], text, 1), 1);
}

ON_PNO(shouldSurviveAProgramThatClosesEverything)
{
    int fds[2];
    char text[1];
    make_pair(stack, fds);
    close(fds[0]);
    close(fds[1]);
    struct rlimit limit;
    CHECK_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
    for (int fd = 3; fd < (int)limit.rlim_cur; fd++)
        close(fd);
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "x", 1), 1);
    CHECK_EQ(read(fds[1], text, 1), 1);
}

BOTH(shouldCloseARangeWithFlags)
{
    int fds[2];
    char text[3];
    make_pair(stack, fds);
    CHECK_EQ(close_range(3, ~0U, CLOSE_RANGE_CLOEXEC), 0);
    CHECK_EQ(fcntl(fds[0], F_GETFD), FD_CLOEXEC);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(close_range(3, ~0U, CLOSE_RANGE_UNSHARE), 0);
    CHECK_ERRNO(read(fds[0], text, 1), EBADF);
    CHECK_ERRNO(close_range(3, ~0U, 1 << 9), EINVAL);
    make_pair(stack, fds); /* what ours needs is still there */
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
}

ON_PNO(shouldGiveUpItsOwnNumberToDup2)
{
    int fds[2];
    char text[1];
    make_pair(stack, fds);
    int number = pno_control.fd;
    CHECK_EQ(dup2(1, number), number);
    CHECK(pno_control.fd != number);
    int more[2];
    make_pair(stack, more);
    CHECK_EQ(write(more[0], "x", 1), 1);
    CHECK_EQ(read(more[1], text, 1), 1);
}

ON_PNO(shouldLeaveOtherSocketsToTheKernel)
{
    (void)stack;
    int fds[2];
    char text[4];
    make_pair(&kernel_stack, fds);
    struct sockaddr_in name;
    socklen_t length = sizeof(name);
    CHECK_EQ(getpeername(fds[0], (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(name.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    int datagram = socket(AF_INET, SOCK_DGRAM, 0);
    name = name_of(&kernel_stack, 0);
    CHECK_EQ(bind(datagram, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(getsockname(datagram, (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(sendto(datagram, "abc", 3, 0, (struct sockaddr *)&name, sizeof(name)), 3);
    CHECK_EQ(recv(datagram, text, 4, 0), 3);
}

/* --- listeners on the wildcard --- */

static int listen_on_any(int domain, uint16_t *port)
{
    struct sockaddr_storage name = {.ss_family = (sa_family_t)domain};
    socklen_t length = domain == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
    int fd = socket(domain, SOCK_STREAM, 0);
    CHECK_EQ(bind(fd, (struct sockaddr *)&name, length), 0);
    CHECK_EQ(listen(fd, 5), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    *port = ntohs(((struct sockaddr_in *)&name)->sin_port);
    return fd;
}

ON_PNO(shouldBeReachableThroughBothOnTheWildcard)
{
    uint16_t port;
    int listener = listen_on_any(AF_INET, &port);
    for (int round = 0; round < 20; round++) {
        const struct stack *way = round % 3 == 0 ? &kernel_stack : stack;
        int client = connect_to(way, port);
        struct sockaddr_in name;
        socklen_t length = sizeof(name);
        int accepted = accept(listener, (struct sockaddr *)&name, &length);
        CHECK(accepted >= 0);
        CHECK_EQ(write(client, "x", 1), 1);
        char byte;
        CHECK_EQ(read(accepted, &byte, 1), 1);
        close(client);
        close(accepted);
    }
    CHECK_EQ(fcntl(listener, F_GETFL), O_RDWR);
}

ON_PNO(shouldTellOfBothWaysInEpoll)
{
    uint16_t port;
    int listener = listen_on_any(AF_INET, &port);
    int set = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = 42}, got[4];
    CHECK_EQ(epoll_ctl(set, EPOLL_CTL_ADD, listener, &event), 0);
    CHECK_EQ(epoll_wait(set, got, 4, 0), 0);
    for (int round = 0; round < 6; round++) {
        connect_to(round % 2 == 0 ? &kernel_stack : stack, port);
        CHECK_EQ(epoll_wait(set, got, 4, 5000), 1);
        CHECK_EQ(got[0].events, EPOLLIN);
        CHECK_EQ(got[0].data.u64, 42);
        CHECK(accept(listener, NULL, NULL) >= 0);
        CHECK_EQ(epoll_wait(set, got, 4, 0), 0);
    }
}

ON_PNO(shouldListenForIpv4OnADualStackSocket)
{
    uint16_t port;
    int listener = listen_on_any(AF_INET6, &port);
    connect_to(stack, port);
    struct sockaddr_in6 name;
    socklen_t length = sizeof(name);
    int fd = accept(listener, (struct sockaddr *)&name, &length);
    CHECK(fd >= 0);
    CHECK_EQ(length, sizeof(name));
    CHECK_EQ(name.sin6_family, AF_INET6);
    CHECK(IN6_IS_ADDR_V4MAPPED(&name.sin6_addr));
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(ntohs(name.sin6_port), port);
}

ON_PNO(shouldConnectFromAnIpv6SocketToAMappedAddress)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in6 name = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    CHECK_EQ(inet_pton(AF_INET6, "::ffff:10.77.0.1", &name.sin6_addr), 1);
    int fd = socket(AF_INET6, SOCK_STREAM, 0);
    CHECK_EQ(connect(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK(accept(listener, NULL, NULL) >= 0);
    memset(&name, 0, sizeof(name));
    socklen_t length = sizeof(name);
    CHECK_EQ(getpeername(fd, (struct sockaddr *)&name, &length), 0);
    CHECK_EQ(length, sizeof(name));
    CHECK(IN6_IS_ADDR_V4MAPPED(&name.sin6_addr));
}
