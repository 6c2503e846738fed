/* The standard streams, when their numbers name sockets: the same on the kernel's TCP and on ours. Each test does it in
 * a child, since what the parent prints is told to who runs the tests. */
#include <fcntl.h>
#include <sys/wait.h>

#include "check.h"

static void check_all(int fd, const char *expected)
{
    char bytes[64];
    size_t got = 0;
    ssize_t piece;
    while ((piece = read(fd, bytes + got, sizeof(bytes) - got)) > 0)
        got += (size_t)piece;
    CHECK_EQ(piece, 0);
    CHECK_EQ(got, strlen(expected));
    CHECK(memcmp(bytes, expected, got) == 0);
}

/* What ends with the child: the flush of all streams is exit's. */
#define CHILD_DOES(...)        \
    do {                       \
        pid_t child_ = fork(); \
        CHECK(child_ >= 0);    \
        if (child_ == 0) {     \
            __VA_ARGS__;       \
            exit(0);           \
        }                      \
        join_child(child_);    \
    } while (0)

BOTH(shouldPrintToASocketThatIsStandardOutput)
{
    int fds[2];
    make_pair(stack, fds);
    CHILD_DOES({
        CHECK_EQ(dup2(fds[0], STDOUT_FILENO), STDOUT_FILENO);
        printf("%s %d\n", "hello", 7);
        CHECK_EQ(fflush(stdout), 0);
        puts("end");
    });
    CHECK_EQ(close(fds[0]), 0);
    check_all(fds[1], "hello 7\nend\n");
}

BOTH(shouldWriteWhatIsBufferedToWhatTheNumberNamesThen)
{
    int fds[2], pipes[2];
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    CHILD_DOES({
        CHECK_EQ(dup2(pipes[1], STDOUT_FILENO), STDOUT_FILENO);
        printf("a");
        CHECK_EQ(dup2(fds[0], STDOUT_FILENO), STDOUT_FILENO);
        printf("b");
        CHECK_EQ(fflush(stdout), 0);
        printf("c");
        CHECK_EQ(dup2(pipes[1], STDOUT_FILENO), STDOUT_FILENO);
        printf("d");
    });
    CHECK_EQ(close(fds[0]), 0);
    CHECK_EQ(close(pipes[1]), 0);
    check_all(fds[1], "ab");
    check_all(pipes[0], "cd");
}

BOTH(shouldNotBufferStandardError)
{
    int fds[2];
    make_pair(stack, fds);
    CHILD_DOES({
        CHECK_EQ(dup2(fds[0], STDERR_FILENO), STDERR_FILENO);
        fprintf(stderr, "oh");
        _exit(0);
    });
    CHECK_EQ(close(fds[0]), 0);
    check_all(fds[1], "oh");
}

BOTH(shouldPrintToTheConnectionThatIsAcceptedAsStandardOutput)
{
    uint16_t port;
    int listener = listen_on(stack, 0, &port);
    int client = connect_to(stack, port);
    CHILD_DOES({
        CHECK_EQ(close(STDOUT_FILENO), 0);
        CHECK_EQ(accept(listener, NULL, NULL), STDOUT_FILENO);
        printf("hello");
        CHECK_EQ(fflush(stdout), 0);
        CHECK_EQ(close(STDOUT_FILENO), 0);
    });
    check_all(client, "hello");
}

BOTH(shouldReadLinesFromASocketThatIsStandardInput)
{
    int fds[2], pipes[2];
    make_pair(stack, fds);
    CHECK_EQ(pipe(pipes), 0);
    CHECK_EQ(write(pipes[1], "one\ntwo\n", 8), 8);
    CHECK_EQ(write(fds[0], "three\n", 6), 6);
    CHILD_DOES({
        char line[16];
        CHECK_EQ(dup2(pipes[0], STDIN_FILENO), STDIN_FILENO);
        CHECK(fgets(line, sizeof(line), stdin) != NULL);
        CHECK_EQ(dup2(fds[1], STDIN_FILENO), STDIN_FILENO);
        CHECK(fgets(line, sizeof(line), stdin) != NULL); /* it was read from the pipe already */
        CHECK(strcmp(line, "two\n") == 0);
        CHECK(fgets(line, sizeof(line), stdin) != NULL);
        CHECK(strcmp(line, "three\n") == 0);
    });
}

BOTH(shouldCloseTheSocketWithStandardOutput)
{
    int fds[2];
    make_pair(stack, fds);
    CHILD_DOES({
        CHECK_EQ(close(fds[1]), 0);
        CHECK_EQ(dup2(fds[0], STDOUT_FILENO), STDOUT_FILENO);
        CHECK_EQ(close(fds[0]), 0);
        printf("bye");
        CHECK_EQ(fclose(stdout), 0);
        CHECK_ERRNO(fcntl(STDOUT_FILENO, F_GETFD), EBADF);
    });
    CHECK_EQ(close(fds[0]), 0);
    check_all(fds[1], "bye");
}

BOTH(shouldOpenStandardOutputAnewWhenItWasASocket)
{
    int fds[2];
    make_pair(stack, fds);
    char name[] = "/tmp/pno-standard-XXXXXX";
    int file = mkstemp(name);
    CHECK(file >= 0);
    CHILD_DOES({
        CHECK_EQ(dup2(fds[0], STDOUT_FILENO), STDOUT_FILENO);
        printf("a");
        CHECK(freopen(name, "w", stdout) != NULL);
        printf("b");
    });
    CHECK_EQ(unlink(name), 0);
    CHECK_EQ(close(fds[0]), 0);
    check_all(fds[1], "a");
    check_all(file, "b");
}

PROGRAM(answerer)
{
    char line[16];
    CHECK(fgets(line, sizeof(line), stdin) != NULL);
    printf("got %s", line);
}

/* As inetd does. */
BOTH(shouldBeTheStandardStreamsOfTheProgramThatIsExecuted)
{
    int fds[2];
    make_pair(stack, fds);
    CHECK_EQ(write(fds[0], "it\n", 3), 3);
    CHILD_DOES({
        CHECK_EQ(dup2(fds[1], STDIN_FILENO), STDIN_FILENO);
        CHECK_EQ(dup2(fds[1], STDOUT_FILENO), STDOUT_FILENO);
        setenv("CHECK_PROGRAM", "answerer", 1);
        execl("/proc/self/exe", "answerer", (char *)NULL);
        CHECK(false);
    });
    CHECK_EQ(close(fds[1]), 0);
    check_all(fds[0], "got it\n");
}
