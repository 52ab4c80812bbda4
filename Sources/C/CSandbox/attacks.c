// What a hijacked codec would try. Only a child started with drills allowed runs these, for the sandbox tests.
#define _GNU_SOURCE
#include "CSandbox.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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
