/* Sockets that go from program to program: exec, spawn, descriptors in messages, and the last close, wherever it is. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "arena.h"
#include "check.h"
#include "control.h"
#include "process.h"

extern char **environ;

static const char *self(void)
{
    static char path[256];
    ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);
    CHECK(length > 0);
    return path;
}

static char *text_of(int number)
{
    static char texts[4][16];
    static size_t next;
    char *text = texts[next++ % 4];
    snprintf(text, sizeof(texts[0]), "%d", number);
    return text;
}

static void become(const char *program, int first, int second)
{
    setenv("CHECK_PROGRAM", program, 1);
    execl(self(), program, text_of(first), text_of(second), (char *)NULL);
    check_failed(__FILE__, __LINE__, "exec of %s failed", program);
}

static void expect_echo(int fd)
{
    char text[4] = "";
    CHECK_EQ(write(fd, "abc", 3), 3);
    CHECK_EQ(recv(fd, text, 3, MSG_WAITALL), 3);
    CHECK_EQ(memcmp(text, "abc", 3), 0);
}

static void echo(int fd)
{
    char text[3];
    CHECK_EQ(recv(fd, text, 3, MSG_WAITALL), 3);
    CHECK_EQ(write(fd, text, 3), 3);
}

/* Echoes three bytes of its first argument, a connection. */
PROGRAM(echoer)
{
    echo(atoi(arguments[1]));
}

/* Echoes for two connections that come to its first argument. */
PROGRAM(server)
{
    for (int i = 0; i < 2; i++) {
        int fd = accept(atoi(arguments[1]), NULL, NULL);
        CHECK(fd >= 0);
        echo(fd);
        CHECK_EQ(close(fd), 0);
    }
}

/* Listens on its first argument, a socket that is bound, and echoes for one connection. */
PROGRAM(lateListener)
{
    CHECK_EQ(listen(atoi(arguments[1]), 5), 0);
    int fd = accept(atoi(arguments[1]), NULL, NULL);
    CHECK(fd >= 0);
    echo(fd);
}

/* Knows nothing of its descriptors, and ends when its first argument, a pipe, does. */
PROGRAM(bystander)
{
    char byte;
    CHECK_EQ(read(atoi(arguments[1]), &byte, 1), 0);
}

/* --- exec --- */

BOTH(shouldFindAConnectionAfterExec)
{
    int fds[2];
    char byte;
    make_pair(stack, fds);
    pid_t child = fork();
    if (child == 0) {
        close(fds[1]);
        become("echoer", fds[0], 0);
    }
    CHECK_EQ(close(fds[0]), 0);
    expect_echo(fds[1]);
    CHECK_EQ(read(fds[1], &byte, 1), 0);
    join_child(child);
}

BOTH(shouldKeepWhatWasWrittenBeforeExec)
{
    int fds[2], ends[2];
    char text[8];
    make_pair(stack, fds);
    CHECK_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fds[1]);
        close(ends[1]);
        CHECK_EQ(write(fds[0], "written", 7), 7);
        become("bystander", ends[0], 0);
    }
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(recv(fds[1], text, 7, MSG_WAITALL), 7);
    struct pollfd nothing = {.fd = fds[1], .events = POLLIN};
    CHECK_EQ(poll(&nothing, 1, 50), 0);
    CHECK_EQ(close(ends[1]), 0);
    CHECK_EQ(read(fds[1], text, 1), 0);
    join_child(child);
}

BOTH(shouldFindAListenerAfterExec)
{
    int ports[2];
    uint16_t port;
    CHECK_EQ(pipe(ports), 0);
    pid_t child = fork();
    if (child == 0) {
        int listener = listen_on(stack, 0, &port);
        CHECK_EQ(write(ports[1], &port, sizeof(port)), sizeof(port));
        become("server", listener, 0);
    }
    CHECK_EQ(read(ports[0], &port, sizeof(port)), sizeof(port));
    for (int i = 0; i < 2; i++) {
        int fd = connect_to(stack, port);
        expect_echo(fd);
        CHECK_EQ(close(fd), 0);
    }
    join_child(child);
    struct sockaddr_in name = name_of(stack, port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    for (int tries = 0; tries < 500; tries++) {
        if (connect(fd, (struct sockaddr *)&name, sizeof(name)) < 0)
            break;
        close(fd);
        usleep(1000);
        fd = socket(AF_INET, SOCK_STREAM, 0);
    }
    CHECK_EQ(errno, ECONNREFUSED);
}

BOTH(shouldListenAfterExecOnWhatWasBoundBefore)
{
    struct sockaddr_in name = name_of(stack, 0);
    socklen_t length = sizeof(name);
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
    CHECK_EQ(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&name, &length), 0);
    pid_t child = fork();
    if (child == 0)
        become("lateListener", fd, 0);
    CHECK_EQ(close(fd), 0);
    for (int tries = 0; tries < 500; tries++) {
        fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
            break;
        close(fd);
        usleep(10000);
    }
    expect_echo(fd);
    join_child(child);
}

BOTH(shouldCloseOnExecWhatIsMarked)
{
    int fds[2], ends[2];
    char byte;
    make_pair(stack, fds);
    CHECK_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(fds[1]);
        close(ends[1]);
        CHECK_EQ(fcntl(fds[0], F_SETFD, FD_CLOEXEC), 0);
        become("bystander", ends[0], 0);
    }
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(read(fds[1], &byte, 1), 0);
    CHECK_EQ(close(ends[1]), 0);
    join_child(child);
}

BOTH(shouldGoOnAfterAFailedExec)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_ERRNO(execl("/nonexistent/program", "program", (char *)NULL), ENOENT);
    CHECK_EQ(write(fds[0], "a", 1), 1);
    int again = dup(fds[0]);
    CHECK_EQ(close(fds[0]), 0);
    pid_t child = fork();
    if (child == 0) {
        echo(fds[1]);
        _exit(0);
    }
    CHECK_EQ(write(again, "bc", 2), 2);
    char text[3];
    CHECK_EQ(recv(again, text, 3, MSG_WAITALL), 3);
    join_child(child);
}

BOTH(shouldExecTwice)
{
    int fds[2];
    make_pair(stack, fds);
    pid_t child = fork();
    if (child == 0) {
        close(fds[1]);
        setenv("CHECK_PROGRAM", "echoer", 1);
        execl("/bin/sh", "sh", "-c", "exec \"$0\" \"$1\"", self(), text_of(fds[0]), (char *)NULL);
    }
    CHECK_EQ(close(fds[0]), 0);
    expect_echo(fds[1]);
    join_child(child);
}

/* --- spawning --- */

BOTH(shouldSpawnWithADescriptorMoved)
{
    int fds[2];
    pid_t child;
    posix_spawn_file_actions_t actions;
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[0], F_SETFD, FD_CLOEXEC), 0);
    CHECK_EQ(fcntl(fds[1], F_SETFD, FD_CLOEXEC), 0);
    CHECK_EQ(posix_spawn_file_actions_init(&actions), 0);
    CHECK_EQ(posix_spawn_file_actions_adddup2(&actions, fds[0], 0), 0);
    setenv("CHECK_PROGRAM", "echoer", 1);
    char *arguments[] = {"echoer", "0", NULL};
    CHECK_EQ(posix_spawn(&child, self(), &actions, NULL, arguments, environ), 0);
    CHECK_EQ(close(fds[0]), 0);
    expect_echo(fds[1]);
    join_child(child);
}

BOTH(shouldVforkAndMoveADescriptor)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(fcntl(fds[1], F_SETFD, FD_CLOEXEC), 0);
    setenv("CHECK_PROGRAM", "echoer", 1);
    const char *program = self();
    pid_t child = vfork();
    if (child == 0) {
        dup2(fds[0], 0);
        close(fds[0]);
        execl(program, "echoer", "0", (char *)NULL);
        _exit(1);
    }
    CHECK_EQ(close(fds[0]), 0);
    expect_echo(fds[1]);
    join_child(child);
}

BOTH(shouldForkWithoutHandlers)
{
    int fds[2];
    make_pair(stack, fds);
    pid_t child = _Fork();
    if (child == 0) {
        close(fds[1]);
        echo(fds[0]);
        _exit(0);
    }
    CHECK_EQ(close(fds[0]), 0);
    expect_echo(fds[1]);
    join_child(child);
}

/* --- messages --- */

static void send_descriptor(int through, int fd)
{
    char room[CMSG_SPACE(sizeof(int))] = {0}, byte = 'x';
    struct iovec piece = {&byte, 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    *rights = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(rights), &fd, sizeof(int));
    CHECK_EQ(sendmsg(through, &message, 0), 1);
}

static int receive_descriptor(int through)
{
    char room[CMSG_SPACE(sizeof(int))] = {0}, byte;
    struct iovec piece = {&byte, 1};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof(room)};
    CHECK_EQ(recvmsg(through, &message, 0), 1);
    struct cmsghdr *rights = CMSG_FIRSTHDR(&message);
    CHECK(rights != NULL && rights->cmsg_type == SCM_RIGHTS);
    int fd;
    memcpy(&fd, CMSG_DATA(rights), sizeof(int));
    return fd;
}

/* A process that echoes on the first descriptor it is sent, when it is told to take it; a stranger, since it was forked
 * before there was an arena.
 */
static pid_t start_receiver(int through[2], int go[2], bool listens)
{
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, through), 0);
    CHECK_EQ(pipe(go), 0);
    pid_t child = fork();
    if (child != 0) {
        CHECK_EQ(close(through[1]), 0);
        return child;
    }
    close(through[0]);
    char byte;
    CHECK_EQ(read(go[0], &byte, 1), 1);
    int fd = receive_descriptor(through[1]);
    if (listens)
        fd = accept(fd, NULL, NULL);
    CHECK(fd >= 0);
    echo(fd);
    _exit(0);
}

BOTH(shouldPassAConnectionToAStranger)
{
    int fds[2], through[2], go[2];
    char byte;
    pid_t child = start_receiver(through, go, false);
    make_pair(stack, fds);
    send_descriptor(through[0], fds[0]);
    CHECK_EQ(close(fds[0]), 0); /* nobody but the message has it now */
    CHECK_EQ(write(go[1], "x", 1), 1);
    expect_echo(fds[1]);
    CHECK_EQ(read(fds[1], &byte, 1), 0);
    join_child(child);
}

BOTH(shouldPassAListenerToAStranger)
{
    int through[2], go[2];
    uint16_t port;
    pid_t child = start_receiver(through, go, true);
    int listener = listen_on(stack, 0, &port);
    send_descriptor(through[0], listener);
    CHECK_EQ(close(listener), 0);
    CHECK_EQ(write(go[1], "x", 1), 1);
    int fd = connect_to(stack, port);
    expect_echo(fd);
    join_child(child);
}

BOTH(shouldPassAConnectionToItself)
{
    int fds[2], through[2];
    char text[3];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, through), 0);
    make_pair(stack, fds);
    send_descriptor(through[0], fds[0]);
    int again = receive_descriptor(through[1]);
    CHECK(again != fds[0]);
    CHECK_EQ(write(again, "abc", 3), 3);
    CHECK_EQ(close(again), 0);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
    CHECK_EQ(write(fds[0], "abc", 3), 3);
    CHECK_EQ(recv(fds[1], text, 3, MSG_WAITALL), 3);
}

BOTH(shouldCloseAConnectionThatNobodyTakesOutOfAMessage)
{
    int fds[2], through[2];
    char byte;
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, through), 0);
    make_pair(stack, fds);
    send_descriptor(through[0], fds[0]);
    CHECK_EQ(close(fds[0]), 0);
    struct pollfd nothing = {.fd = fds[1], .events = POLLIN};
    CHECK_EQ(poll(&nothing, 1, 50), 0);
    CHECK_EQ(close(through[1]), 0);
    CHECK_EQ(read(fds[1], &byte, 1), 0);
}

BOTH(shouldWatchAReceivedConnection)
{
    int fds[2], through[2];
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, through), 0);
    make_pair(stack, fds);
    send_descriptor(through[0], fds[0]);
    CHECK_EQ(close(fds[0]), 0);
    int fd = receive_descriptor(through[1]);
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    CHECK_EQ(poll(&wanted, 1, 0), 0);
    CHECK_EQ(write(fds[1], "a", 1), 1);
    CHECK_EQ(poll(&wanted, 1, -1), 1);
    CHECK_EQ(wanted.revents, POLLIN);
}

ON_PNO(shouldLeaveADescriptorThatOnlyLooksLikeOursToTheKernel)
{
    int pair[2], fds[2], through[2];
    char byte;
    make_pair(stack, fds);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, through), 0);
    CHECK_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
    pno_control.dpu = (struct ucred){.pid = getpid(), .uid = getuid()};
    send_descriptor(through[0], pair[0]);
    int fd = receive_descriptor(through[1]);
    CHECK_EQ(write(fd, "a", 1), 1);
    CHECK_EQ(read(pair[1], &byte, 1), 1);
}

/* --- out of the control socket's reach --- */

static void expect_child_with_sockets(const struct stack *stack, int *fds)
{
    pid_t child = fork();
    if (child == 0) {
        int own[2];
        close(fds[1]);
        make_pair(stack, own);
        echo(fds[0]);
        _exit(0);
    }
    CHECK_EQ(close(fds[0]), 0);
    expect_echo(fds[1]);
    join_child(child);
}

BOTH(shouldForkBeyondAChroot)
{
    int fds[2];
    if (geteuid() != 0)
        check_skip("it takes root");
    make_pair(stack, fds);
    CHECK_EQ(chroot("/usr"), 0); /* the DPU's socket is not in there */
    CHECK_EQ(chdir("/"), 0);
    expect_child_with_sockets(stack, fds);
}

BOTH(shouldForkAsAnotherUser)
{
    int fds[2];
    if (geteuid() != 0)
        check_skip("it takes root");
    make_pair(stack, fds);
    CHECK_EQ(setgid(65534), 0);
    CHECK_EQ(setuid(65534), 0);
    expect_child_with_sockets(stack, fds);
}

BOTH(shouldServeAsADaemonWhoseParentsHaveExited)
{
    int ports[2];
    uint16_t port;
    CHECK_EQ(pipe(ports), 0);
    pid_t child = fork();
    if (child == 0) {
        int listener = listen_on(stack, 0, &port);
        CHECK_EQ(daemon(1, 1), 0);
        CHECK_EQ(write(ports[1], &port, sizeof(port)), sizeof(port));
        int fd = accept(listener, NULL, NULL);
        CHECK(fd >= 0);
        echo(fd);
        _exit(0);
    }
    join_child(child);
    CHECK_EQ(read(ports[0], &port, sizeof(port)), sizeof(port));
    int fd = connect_to(stack, port);
    expect_echo(fd);
}
