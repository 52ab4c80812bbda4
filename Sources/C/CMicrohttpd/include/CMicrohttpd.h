#pragma once
// The doors to libmicrohttpd: what is variadic, a macro or a closed enum in microhttpd.h and so cannot be used from
// Swift, with fixed arguments and plain integers. Everything else is called directly.

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct MHD_Connection cmhd_connection;
typedef struct MHD_Daemon cmhd_daemon;
typedef struct MHD_Response cmhd_response;

/// What the daemon calls back; `owner` is handed to each. All run on the thread that calls cmhd_turn.
struct cmhd_callbacks {
  void *owner;
  /// A request line has been read. The result becomes the request's context.
  void *(*request_started)(void *owner, const char *target, cmhd_connection *connection);
  /// Asks what to do next; 1 to go on, 0 to close the connection.
  int (*request_continued)(void *owner, cmhd_connection *connection, void *context, const char *method,
                           const char *version, const char *data, size_t *size);
  /// The request is over, well or not.
  void (*request_ended)(void *owner, void *context, bool answered);
  /// A connection was accepted; the result becomes its context.
  void *(*connection_opened)(void *owner, cmhd_connection *connection);
  /// The connection's socket is about to be closed.
  void (*connection_closed)(void *owner, void *context);
  /// The library refuses a request by itself. True when the answer has been sent and the connection is to be closed.
  bool (*refused)(void *owner, cmhd_connection *connection, unsigned status);
  /// The library has something to say.
  void (*complained)(void *owner, const char *text);
};

struct cmhd_settings {
  int listener;
  size_t connection_memory;
  unsigned connection_limit;
  unsigned per_address_limit;
};

/// Starts a daemon in external epoll mode on a listening socket; NULL when it could not. The callbacks must outlive it.
cmhd_daemon *cmhd_start(const struct cmhd_settings *settings, const struct cmhd_callbacks *callbacks);

/// Does all work that is ready, without waiting. The callbacks are those of cmhd_start.
void cmhd_turn(cmhd_daemon *daemon, const struct cmhd_callbacks *callbacks);

/// Milliseconds until the daemon wants a turn although no socket is ready; `cap` when it does not care.
int cmhd_timeout(cmhd_daemon *daemon, int cap);

/// The descriptor that becomes readable when a turn would do something.
int cmhd_epoll_descriptor(cmhd_daemon *daemon);

int cmhd_socket(cmhd_connection *connection);

/// The context that connection_opened returned.
void *cmhd_connection_context(cmhd_connection *connection);

/// The client's address as text without the port, IPv4 in IPv6 as IPv4. `room` is at least 64.
void cmhd_peer(cmhd_connection *connection, char *text, size_t room);

/// One header field inside the block's bytes.
struct cmhd_field {
  uint32_t name_start;
  uint32_t name_length;
  uint32_t value_start;
  uint32_t value_length;
};

/// Names that requests are asked for again and again, so that each is found while the head is copied.
enum cmhd_known {
  CMHD_ACCEPT,
  CMHD_AUTHORIZATION,
  CMHD_CONNECTION,
  CMHD_CONTENT_LENGTH,
  CMHD_COOKIE,
  CMHD_EXPECT,
  CMHD_HOST,
  CMHD_IF_MATCH,
  CMHD_IF_MODIFIED_SINCE,
  CMHD_IF_NONE_MATCH,
  CMHD_IF_RANGE,
  CMHD_IF_UNMODIFIED_SINCE,
  CMHD_ORIGIN,
  CMHD_RANGE,
  CMHD_TRANSFER_ENCODING,
  CMHD_X_FORWARDED_FOR,
  CMHD_X_REQUEST_ID,
  CMHD_KNOWN_COUNT
};

/// The name in lower case.
const char *cmhd_known_name(unsigned known);

/// A request's header fields in one allocation, because the library's own die with the connection.
struct cmhd_head {
  uint32_t count;
  /// Bytes of the connection's memory that the head takes up, with what the library keeps about it.
  uint32_t memory;
  /// False when the head held what the library reads and others do not, or read differently.
  bool is_plain;
  /// Whether all names are tokens and no value holds a control character other than a tab.
  bool is_well_formed;
  /// A bit for each known name that is there, and for each that is there more than once.
  uint32_t known;
  uint32_t repeated;
  /// The first field of each known name that is there.
  uint32_t first[CMHD_KNOWN_COUNT];
  /// The marks of all names, so that most that are not there need no look at the fields.
  uint64_t marks;
  const struct cmhd_field *fields;
  const char *bytes;
};

/// The first field of a known name; only where its bit is set.
static inline struct cmhd_field cmhd_first(const struct cmhd_head *head, unsigned known) {
  return head->fields[head->first[known]];
}

/// A name's one bit of 64, by its length and its first letter in lower case. Different names may share it.
static inline uint64_t cmhd_mark(size_t length, unsigned char first) { return 1ull << ((length * 11 + first) & 63); }

/// Where the library left the pieces of the request line.
struct cmhd_line {
  const char *method;
  /// The target's first byte, and the one behind its zero, at the time it was read.
  uintptr_t target;
  uintptr_t target_end;
  const char *version;
};

/// A field as the library has it.
struct cmhd_raw_field {
  const char *name;
  const char *value;
  size_t name_length;
  size_t value_length;
};

/// NULL when there is no memory. Names become lower-case.
struct cmhd_head *cmhd_copy_head(cmhd_connection *connection, struct cmhd_line line);

/// The same of fields that lie elsewhere.
struct cmhd_head *cmhd_make_head(const struct cmhd_raw_field *fields, size_t count);
void cmhd_free_head(struct cmhd_head *head);

/// Queues the response, which the library then holds too; false when the connection does not take one now.
bool cmhd_queue(cmhd_connection *connection, unsigned status, cmhd_response *response);

/// Gives the response this one header of that name. Not while another thread has the response.
///
/// Returns where the value lies, so that one of the same length can be written over it until the header is replaced; NULL when
/// that is not known.
char *cmhd_replace_header(cmhd_response *response, const char *name, const char *value);

/// A response whose bytes the library frees with free().
cmhd_response *cmhd_owned_bytes(size_t size, void *bytes);

/// A response on bytes that stay where they are until `release(owner)`.
cmhd_response *cmhd_lent_bytes(size_t size, const void *bytes, void (*release)(void *owner), void *owner);

/// A response filled by `read`: bytes copied, 0 after suspending, -1 at the end, -2 to break off. `length` is UINT64_MAX when it is
/// not known; an end before it breaks the connection off.
cmhd_response *cmhd_stream(uint64_t length, size_t block, ssize_t (*read)(void *owner, uint64_t position, char *space, size_t room),
                           void (*release)(void *owner), void *owner);

/// Whether all pages of a range of a file are in memory; false as well when that cannot be found out.
bool cmhd_is_cached(int file, uint64_t offset, size_t length);

/// Reads what is in memory without waiting for a disk; -1 when that is nothing, or cannot be found out.
ssize_t cmhd_read_cached(int file, void *space, size_t room, uint64_t offset);

/// A response that speaks of so many bytes and is only for answers that send none, such as 304.
cmhd_response *cmhd_length_only(uint64_t size);

/// Ends the body with the connection instead of chunks.
void cmhd_end_by_closing(cmhd_response *response);

/// Bytes that the other end has acknowledged since the connection began; false when the kernel does not tell.
bool cmhd_bytes_acknowledged(int socket, uint64_t *bytes);

/// Bytes that were handed to the kernel and are not acknowledged yet, -1 on an error.
int cmhd_bytes_unacknowledged(int socket);

/// Bytes that have arrived and were not read yet.
int cmhd_bytes_unread(int socket);

/// Lets the library close the connection after a second without bytes, whatever it waits for. On its loop's thread.
void cmhd_expire(cmhd_connection *connection);

// The closing of the socket throws away what the kernel still holds for the other end, instead of offering it for as long
// as the other end takes a byte now and then.
void cmhd_reset_on_close(int socket);

/// 0 when the other end has closed, 1 when it has not, -1 when the connection is broken. Never waits.
int cmhd_peer_state(int socket);

/// An event descriptor that never blocks, -1 on an error. glibc's module map leaves eventfd out.
int cmhd_event_descriptor(void);

/// Throws away what has arrived, up to `most` bytes: bytes dropped, 0 at the end, -1 on an error, -2 when nothing is there.
ssize_t cmhd_discard(int socket, size_t most);
