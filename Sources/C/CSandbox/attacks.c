// What a hijacked codec would try. Only a child started with drills allowed runs these, for the sandbox tests.
#define _GNU_SOURCE
#include "CSandbox.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int csandbox_attack_fork(void) {
    pid_t child = fork();
    if (child == 0) _exit(0);
    return child > 0 ? 0 : -1;
}

int csandbox_attack_exec(void) {
    char *arguments[] = {"true", NULL};
    return execve("/bin/true", arguments, NULL);
}

int csandbox_attack_trace(pid_t victim) { return (int)ptrace(PTRACE_ATTACH, victim, NULL, NULL); }

int csandbox_attack_executable_memory(void) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? -1 : 0;
}

int csandbox_attack_socket(void) { return socket(AF_INET, SOCK_STREAM, 0) < 0 ? -1 : 0; }

int csandbox_attack_open(const char *path, int writing) {
    return open(path, writing ? O_WRONLY | O_CREAT : O_RDONLY, 0600) < 0 ? -1 : 0;
}

int csandbox_attack_kill(pid_t victim) { return (int)syscall(SYS_tgkill, victim, victim, SIGTERM); }

int csandbox_attack_limits(void) {
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    return setrlimit(RLIMIT_DATA, &more);
}

int csandbox_attack_local_socket(void) { return socket(AF_UNIX, SOCK_DGRAM, 0) < 0 ? -1 : 0; }

int csandbox_attack_remove(const char *path) { return unlink(path); }

int csandbox_attack_read_process(pid_t victim) {
    char byte;
    struct iovec here = {&byte, 1};
    struct iovec there = {&byte, 1};
    return process_vm_readv(victim, &here, 1, &there, 1, 0) < 0 && errno != EFAULT ? -1 : 0;
}

int csandbox_attack_namespace(void) { return unshare(CLONE_NEWUSER); }

int csandbox_attack_ring(void) {
    char parameters[256] = {0};
    return syscall(SYS_io_uring_setup, 8, parameters) < 0 && errno != EFAULT ? -1 : 0;
}

// What is taken stays taken, but for the last piece: as if freed pieces lay between others that are in use.
int csandbox_attack_hoard(size_t bytes) {
    void *volatile last = NULL, *volatile next;
    while ((next = malloc(bytes)) != NULL) last = next;
    free(last);
    return 0;
}

int csandbox_attack_allocate(size_t bytes) {
    // Volatile, or the compiler takes out an allocation that nobody uses.
    void *volatile piece = malloc(bytes);
    if (piece == NULL) return -1;
    memset(piece, 1, bytes);
    free(piece);
    return 0;
}
