/* Calls that are made before our constructor has run, as other libraries' constructors make them; and what became of
 * what they made. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>

#include "check.h"
#include "file.h"
#include "process.h"

static struct {
    int client, copy, bound, set, ends[2];
    bool active; /* our constructor had run */
    bool all_right;
} early;

static void on_signal(int number)
{
    (void)number;
}

static bool transfers_work(void)
{
    char text[4];
    if (pipe(early.ends) < 0)
        return false;
    struct pollfd entry = {.fd = early.ends[0], .events = POLLIN};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = early.ends[0]}, got;
    return write(early.ends[1], "abcd", 4) == 4 && poll(&entry, 1, 0) == 1 &&
           epoll_ctl(early.set, EPOLL_CTL_ADD, early.ends[0], &event) == 0 && epoll_wait(early.set, &got, 1, 0) == 1 &&
           read(early.ends[0], text, 4) == 4;
}

static bool sockets_work(void)
{
    int on = 1;
    struct sockaddr_in any = {.sin_family = AF_INET};
    return setsockopt(early.client, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on)) == 0 &&
           fcntl(early.client, F_GETFL) == O_RDWR && bind(early.bound, (struct sockaddr *)&any, sizeof(any)) == 0;
}

__attribute__((constructor(101))) static void call_early(void)
{
    struct sigaction action = {.sa_handler = on_signal}, before;
    early.active = pno_process.active || pno_process.pid != 0;
    early.client = socket(AF_INET, SOCK_STREAM, 0);
    early.copy = dup(early.client);
    early.bound = socket(AF_INET, SOCK_STREAM, 0);
    early.set = epoll_create1(EPOLL_CLOEXEC);
    early.all_right = sockets_work() && transfers_work() && sigaction(SIGUSR1, &action, NULL) == 0 &&
                      sigaction(SIGUSR1, NULL, &before) == 0 && before.sa_handler == on_signal;
}

TEST(shouldHandCallsToLibcBeforeTheStart)
{
    CHECK_EQ(early.active, false);
    CHECK(early.all_right);
}

ON_PNO(shouldConnectASocketThatWasMadeBeforeTheStart)
{
    uint16_t port;
    char text[8];
    int listener = listen_on(stack, 0, &port);
    struct sockaddr_in name = name_of(stack, port);
    CHECK_EQ(connect(early.client, (struct sockaddr *)&name, sizeof(name)), 0);
    CHECK(pno_file_of(early.client) != NULL && pno_file_of(early.client)->record != NULL);
    int accepted = accept(listener, NULL, NULL);
    CHECK_EQ(write(early.client, "hello", 5), 5);
    CHECK_EQ(read(accepted, text, sizeof(text)), 5);
}

ON_PNO(shouldListenOnASocketThatWasBoundBeforeTheStart)
{
    struct sockaddr_in name;
    socklen_t length = sizeof(name);
    CHECK_EQ(listen(early.bound, 5), 0);
    CHECK_EQ(getsockname(early.bound, (struct sockaddr *)&name, &length), 0);
    int client = connect_to(stack, ntohs(name.sin_port));
    CHECK(pno_file_of(client) != NULL && pno_file_of(client)->record != NULL);
    CHECK(accept(early.bound, NULL, NULL) >= 0);
}

ON_PNO(shouldReportOursInASetThatWasMadeBeforeTheStart)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(control_set(early.set, EPOLL_CTL_ADD, fds[1], EPOLLIN), 0);
    CHECK_EQ(reports_of(early.set, fds[1], 0), 0);
    put_bytes(fds[0], fds[1], 4, 4);
    CHECK_EQ(reports_of(early.set, fds[1], 5000), EPOLLIN);
    get_bytes(fds[1], 4);
    CHECK_EQ(write(early.ends[1], "abcd", 4), 4);
    CHECK_EQ(reports_of(early.set, early.ends[0], 5000), EPOLLIN);
}
