// Doors to the Linux calls that have no Swift name: variadic, macro-built or too new for the C library.
//
// Every function answers 0 (or a descriptor, a pid, a count) on success and -1 with errno on failure.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// Landlock's ABI number, or 0 where the kernel has none.
int csandbox_landlock_abi(void);

/// Takes away all files, TCP ports, abstract sockets and foreign processes, but for reading files below `readable`.
/// Directories cannot be listed even there. Only threads born later are confined too, so call it first.
int csandbox_confine(const char *const *readable, size_t count);

/// No core file, no new privileges, no capability left; the kernel kills us when the thread that made us ends.
int csandbox_bind_to_parent(pid_t parent);
int csandbox_drop_privileges(void);

/// Signals that a crash raises go back to what the kernel does with them: the runtime's own handlers fork.
void csandbox_reset_signals(void);

/// Bytes of data segment and of one file, seconds of CPU for the whole life, and how many descriptors.
int csandbox_limit(uint64_t data, uint64_t file, uint64_t cpu, uint64_t descriptors);

/// The allow-list of system calls for all threads; anything not on it kills the process.
int csandbox_filter_calls(void);

/// One whole message of a SEQPACKET socket, with descriptors riding on it.
ssize_t csandbox_send(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);

/// Whether a message, or the end, comes within so many milliseconds.
int csandbox_is_ready(int socket, int milliseconds);

/// Receives one whole message. `count` holds the room in `descriptors` and then how many came.
/// EMSGSIZE when the message or its descriptors did not fit.
ssize_t csandbox_receive(int socket, void *bytes, size_t length, int *descriptors, size_t *count, int flags);

/// A pair of connected SEQPACKET sockets that no child inherits by accident.
int csandbox_socket_pair(int pair[2]);

/// Starts `path` with `socket` as descriptor 3, /dev/null as 0 to 2, nothing else open, in its own session.
pid_t csandbox_spawn(const char *path, char *const arguments[], char *const environment[], int socket);

int csandbox_pidfd(pid_t pid);
int csandbox_memory_file(const char *name);

/// Nobody can change the file's bytes or length any more.
int csandbox_seal(int descriptor);

/// An eventfd that counts down one per read.
int csandbox_counter(void);

/// The folder of the library that holds the function called `name`. ENOENT when nothing loaded has it.
int csandbox_library_folder(const char *name, char *path, size_t room);

/// CPU that the process has used, in microseconds.
int64_t csandbox_cpu(void);

/// The attacks of the sandbox tests; each answers 0 when it got through.
int csandbox_attack_fork(void);
int csandbox_attack_exec(void);
int csandbox_attack_trace(pid_t victim);
int csandbox_attack_executable_memory(void);
int csandbox_attack_socket(void);
int csandbox_attack_open(const char *path, int writing);
int csandbox_attack_kill(pid_t victim);
int csandbox_attack_limits(void);
int csandbox_attack_local_socket(void);
int csandbox_attack_remove(const char *path);
int csandbox_attack_read_process(pid_t victim);
int csandbox_attack_namespace(void);
int csandbox_attack_ring(void);
int csandbox_attack_allocate(size_t bytes);
int csandbox_attack_hoard(size_t bytes);
