#define _GNU_SOURCE
#include "CMicrohttpd.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static const struct cmhd_callbacks *callbacks_of(void *raw) { return raw; }

// Later versions may do by themselves what is done for this one below, and keep a head in another way.
static bool is_known_version(void) { return memcmp(MHD_get_version(), "0.9.", 4) == 0; }

static void *on_target(void *raw, const char *target, struct MHD_Connection *connection) {
  void *request = callbacks_of(raw)->request_started(callbacks_of(raw)->owner, target, connection);
  // The library would make an entry of its own for each item of the query, in the connection's memory: some 250 of them
  // leave no room for an answer, and the connection would be closed without one. The target has been copied, and nobody
  // asks the library for its items.
  char *query = is_known_version() ? strchr((char *)target, '?') : NULL;
  if (query != NULL) query[1] = 0;
  return request;
}

static enum MHD_Result on_request(void *raw, struct MHD_Connection *connection, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **context) {
  (void)url;
  const struct cmhd_callbacks *to = callbacks_of(raw);
  return to->request_continued(to->owner, connection, *context, method, version, data, size) ? MHD_YES : MHD_NO;
}

static void on_completed(void *raw, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode code) {
  (void)connection;
  if (*context == NULL) return;
  void *ended = *context;
  *context = NULL;
  callbacks_of(raw)->request_ended(callbacks_of(raw)->owner, ended, code == MHD_REQUEST_TERMINATED_COMPLETED_OK);
}

static void on_connection(void *raw, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code) {
  const struct cmhd_callbacks *to = callbacks_of(raw);
  if (code == MHD_CONNECTION_NOTIFY_STARTED) {
    *context = to->connection_opened(to->owner, connection);
  } else if (*context != NULL) {
    to->connection_closed(to->owner, *context);
    *context = NULL;
  }
}

static void on_complaint(void *raw, const char *format, va_list arguments) {
  char text[512];
  vsnprintf(text, sizeof text, format, arguments);
  size_t length = strlen(text);
  while (length > 0 && text[length - 1] == '\n') text[--length] = 0;
  callbacks_of(raw)->complained(callbacks_of(raw)->owner, text);
}

cmhd_daemon *cmhd_start(const struct cmhd_settings *settings, const struct cmhd_callbacks *callbacks) {
  void *to = (void *)callbacks;
  struct MHD_OptionItem options[] = {
      // First, so that a complaint about the others is heard.
      {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)&on_complaint, to},
      {MHD_OPTION_LISTEN_SOCKET, settings->listener, NULL},
      // Without this promise the library leaves sendfile alone, which cannot be told to spare us the signal.
      {MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
      {MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)settings->connection_memory, NULL},
      {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)settings->connection_limit, NULL},
      {MHD_OPTION_PER_IP_CONNECTION_LIMIT, (intptr_t)settings->per_address_limit, NULL},
      {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
      {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)&on_target, to},
      {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)&on_completed, to},
      {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)&on_connection, to},
      {MHD_OPTION_END, 0, NULL},
  };
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
  return MHD_start_daemon(flags, 0, NULL, NULL, &on_request, to, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

// The callbacks of the daemon that has its turn on this thread.
static _Thread_local const struct cmhd_callbacks *turning = NULL;

void cmhd_turn(cmhd_daemon *daemon, const struct cmhd_callbacks *callbacks) {
  turning = callbacks;
  (void)MHD_run_wait(daemon, 0);
  turning = NULL;
}

typedef enum MHD_Result (*queue_function)(struct MHD_Connection *, unsigned int, struct MHD_Response *);

static queue_function library_queue(void) {
  static _Atomic(queue_function) found = NULL;
  queue_function known = found;
  if (known == NULL) found = known = (queue_function)dlsym(RTLD_NEXT, "MHD_queue_response");
  return known;
}

// The library answers a head that it cannot read, or that does not fit into the connection's memory, with a page of its
// own, without a callback, sometimes with its header twice, and not at all when that memory is full. It queues the page
// through its own exported function: this definition comes before the library's, so that the call arrives here (ours go
// to library_queue at once), and the library closes the connection for which nothing could be queued. A library that is
// bound otherwise goes on sending its page.
enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned int status,
                                   struct MHD_Response *response) {
  if (turning != NULL && turning->refused(turning->owner, connection, status)) return MHD_NO;
  return library_queue()(connection, status, response);
}

int cmhd_timeout(cmhd_daemon *daemon, int cap) {
  MHD_UNSIGNED_LONG_LONG wanted;
  if (MHD_get_timeout(daemon, &wanted) != MHD_YES) return cap;
  return wanted < (MHD_UNSIGNED_LONG_LONG)cap ? (int)wanted : cap;
}

int cmhd_epoll_descriptor(cmhd_daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return info == NULL ? -1 : info->epoll_fd;
}

int cmhd_socket(cmhd_connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info == NULL ? -1 : info->connect_fd;
}

void *cmhd_connection_context(cmhd_connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info == NULL ? NULL : info->socket_context;
}

static void format_v6(const struct in6_addr *address, char *text, size_t room) {
  if (IN6_IS_ADDR_V4MAPPED(address)) {
    inet_ntop(AF_INET, address->s6_addr + 12, text, room);
  } else {
    inet_ntop(AF_INET6, address, text, room);
  }
}

void cmhd_peer(cmhd_connection *connection, char *text, size_t room) {
  text[0] = 0;
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  if (info == NULL || info->client_addr == NULL) return;
  const struct sockaddr *address = info->client_addr;
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, text, room);
  } else if (address->sa_family == AF_INET6) {
    format_v6(&((const struct sockaddr_in6 *)address)->sin6_addr, text, room);
  }
}

static size_t received_size(cmhd_connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info == NULL ? 0 : info->header_size;
}

static bool is_blank(const char *from, const char *to) {
  while (from < to && (*from == ' ' || *from == '\t')) from++;
  return from == to;
}

static bool is_line_end(const char *at) { return at[0] == 0 && at[1] == 0; }

// What the library keeps for each field, argument of a query and cookie: its list node, rounded up.
enum { NODE_SIZE = 64 };

// Fields that are written down without an allocation; hardly a request has more.
enum { FIELDS_AT_ONCE = 32 };

// One walk through what the library has read, for all that is to be known of it.
struct head_walk {
  // Where the fields are written down, as far as there is room.
  struct cmhd_raw_field *fields;
  size_t room;
  size_t count;
  // Of the connection's memory, beside the head as it was received.
  size_t nodes;
  // Where the next field begins in a plain head.
  const char *next;
  bool is_plain;
};

// The library (0.9) takes lone line feeds, folded lines (which it joins to the field's NAME: "Content: 5" and " -Length"
// become Content-Length), zeros that end a line early, and several blanks in the request line. Each is read otherwise by
// some proxy. It cuts the head up in place, so that a head without any of them lies there as it came: each piece begins
// where the one before ended, with its separators turned into zeros.
static void check_place(struct head_walk *walk, const struct cmhd_raw_field *field) {
  const char *colon = field->name + field->name_length;
  // The first test comes first: a name that was moved says nothing about what lies behind it.
  walk->is_plain = field->name == walk->next && field->value > colon && is_blank(colon + 1, field->value) &&
                   is_line_end(field->value + field->value_length);
  walk->next = field->value + field->value_length + 2;
}

static enum MHD_Result visit(void *raw, enum MHD_ValueKind kind, const char *name, size_t name_length,
                             const char *value, size_t value_length) {
  struct head_walk *walk = raw;
  walk->nodes += NODE_SIZE;
  if (kind == MHD_HEADER_KIND) {
    const struct cmhd_raw_field field = {name, value, name_length, value_length};
    if (walk->is_plain) check_place(walk, &field);
    if (walk->count < walk->room) walk->fields[walk->count] = field;
    walk->count += 1;
  } else if (kind == MHD_COOKIE_KIND) {
    // Cookies are cut up in a copy of their field.
    walk->nodes += name_length + value_length + 3;
  }
  return MHD_YES;
}

static void walk_head(cmhd_connection *connection, struct cmhd_line line, struct head_walk *walk) {
  const char *version_end = line.version + strlen(line.version);
  walk->count = 0;
  walk->nodes = 0;
  walk->next = version_end + 2;
  walk->is_plain = is_known_version() && (uintptr_t)line.version == line.target_end &&
                   (uintptr_t)line.method + strlen(line.method) + 1 == line.target && is_line_end(version_end);
  MHD_get_connection_values_n(connection, MHD_HEADER_KIND | MHD_COOKIE_KIND | MHD_GET_ARGUMENT_KIND, &visit, walk);
}

// Indexed by enum cmhd_known.
static const char *const known_names[CMHD_KNOWN_COUNT] = {
    "accept", "authorization", "connection", "content-length", "cookie", "expect", "host", "if-match", "if-modified-since",
    "if-none-match", "if-range", "if-unmodified-since", "origin", "range", "transfer-encoding", "x-forwarded-for",
    "x-request-id",
};

const char *cmhd_known_name(unsigned known) { return known_names[known]; }

static bool is_known(const char *name, size_t length, unsigned known) {
  return memcmp(name, known_names[known], length) == 0;
}

// The number of a name in lower case, or CMHD_KNOWN_COUNT. By length first, which is enough for most of those that are not known.
static unsigned known_number(const char *name, size_t length) {
  enum { none = CMHD_KNOWN_COUNT };
  switch (length) {
  case 4: return is_known(name, 4, CMHD_HOST) ? CMHD_HOST : none;
  case 5: return is_known(name, 5, CMHD_RANGE) ? CMHD_RANGE : none;
  case 6:
    if (is_known(name, 6, CMHD_ACCEPT)) return CMHD_ACCEPT;
    if (is_known(name, 6, CMHD_COOKIE)) return CMHD_COOKIE;
    if (is_known(name, 6, CMHD_EXPECT)) return CMHD_EXPECT;
    return is_known(name, 6, CMHD_ORIGIN) ? CMHD_ORIGIN : none;
  case 8:
    if (is_known(name, 8, CMHD_IF_MATCH)) return CMHD_IF_MATCH;
    return is_known(name, 8, CMHD_IF_RANGE) ? CMHD_IF_RANGE : none;
  case 10: return is_known(name, 10, CMHD_CONNECTION) ? CMHD_CONNECTION : none;
  case 12: return is_known(name, 12, CMHD_X_REQUEST_ID) ? CMHD_X_REQUEST_ID : none;
  case 13:
    if (is_known(name, 13, CMHD_AUTHORIZATION)) return CMHD_AUTHORIZATION;
    return is_known(name, 13, CMHD_IF_NONE_MATCH) ? CMHD_IF_NONE_MATCH : none;
  case 14: return is_known(name, 14, CMHD_CONTENT_LENGTH) ? CMHD_CONTENT_LENGTH : none;
  case 15: return is_known(name, 15, CMHD_X_FORWARDED_FOR) ? CMHD_X_FORWARDED_FOR : none;
  case 17:
    if (is_known(name, 17, CMHD_TRANSFER_ENCODING)) return CMHD_TRANSFER_ENCODING;
    return is_known(name, 17, CMHD_IF_MODIFIED_SINCE) ? CMHD_IF_MODIFIED_SINCE : none;
  case 19: return is_known(name, 19, CMHD_IF_UNMODIFIED_SINCE) ? CMHD_IF_UNMODIFIED_SINCE : none;
  default: return none;
  }
}

// The characters of names (RFC 9110, section 5.6.2), a bit for each.
static const uint64_t token_bytes[4] = {0x03FF6CFA00000000, 0x57FFFFFFC7FFFFFE, 0, 0};

// Copies a name in lower case; false unless it is a token.
static bool copy_name(char *to, const char *name, size_t length) {
  uint64_t good = length > 0;
  for (size_t i = 0; i < length; i++) {
    const unsigned char byte = (unsigned char)name[i];
    good &= token_bytes[byte >> 6] >> (byte & 63);
    to[i] = (char)(byte - 'A' < 26u ? byte | 0x20 : byte);
  }
  return good & 1;
}

// False when the value holds a control character other than a tab. Without an early end: many bytes are looked at at once.
static bool copy_value(char *to, const char *value, size_t length) {
  unsigned char bad = 0;
  for (size_t i = 0; i < length; i++) {
    const unsigned char byte = (unsigned char)value[i];
    bad |= (unsigned char)((byte < 0x20 && byte != '\t') || byte == 0x7F);
    to[i] = (char)byte;
  }
  return bad == 0;
}

static void note_known(struct cmhd_head *head, unsigned number, uint32_t index) {
  if (number == CMHD_KNOWN_COUNT) return;
  const uint32_t bit = 1u << number;
  if (head->known & bit) {
    head->repeated |= bit;
  } else {
    head->known |= bit;
    head->first[number] = index;
  }
}

struct cmhd_head *cmhd_make_head(const struct cmhd_raw_field *raw, size_t count) {
  size_t size = 0;
  for (size_t i = 0; i < count; i++) size += raw[i].name_length + raw[i].value_length;
  struct cmhd_head *head = malloc(sizeof *head + count * sizeof(struct cmhd_field) + size);
  if (head == NULL) return NULL;
  struct cmhd_field *field = (struct cmhd_field *)(head + 1);
  char *bytes = (char *)(field + count);
  head->count = (uint32_t)count;
  head->memory = 0;
  head->is_plain = true;
  head->is_well_formed = true;
  head->known = head->repeated = 0;
  head->marks = 0;
  head->fields = field;
  head->bytes = bytes;
  uint32_t used = 0;
  for (uint32_t i = 0; i < count; i++, field++) {
    const struct cmhd_raw_field from = raw[i];
    size_t length = from.value_length;
    // The library keeps white space at a value's end.
    while (length > 0 && (from.value[length - 1] == ' ' || from.value[length - 1] == '\t')) length--;
    *field = (struct cmhd_field){used, (uint32_t)from.name_length, used + (uint32_t)from.name_length, (uint32_t)length};
    char *name = bytes + used;
    const bool is_name_good = copy_name(name, from.name, from.name_length);
    const bool is_value_good = copy_value(name + from.name_length, from.value, length);
    head->is_well_formed = head->is_well_formed && is_name_good && is_value_good;
    if (from.name_length > 0) head->marks |= cmhd_mark(from.name_length, (unsigned char)name[0]);
    note_known(head, known_number(name, from.name_length), i);
    used += (uint32_t)(from.name_length + length);
  }
  return head;
}

struct cmhd_head *cmhd_copy_head(cmhd_connection *connection, struct cmhd_line line) {
  struct cmhd_raw_field few[FIELDS_AT_ONCE];
  struct cmhd_raw_field *many = NULL;
  struct head_walk walk = {.fields = few, .room = FIELDS_AT_ONCE};
  walk_head(connection, line, &walk);
  if (walk.count > FIELDS_AT_ONCE) {
    many = malloc(walk.count * sizeof *many);
    if (many == NULL) return NULL;
    walk.fields = many;
    walk.room = walk.count;
    walk_head(connection, line, &walk);
  }
  struct cmhd_head *head = cmhd_make_head(walk.fields, walk.count);
  free(many);
  if (head == NULL) return NULL;
  const size_t received = received_size(connection);
  head->memory = (uint32_t)(received + walk.nodes);
  // Later versions refuse by themselves what is not plain.
  head->is_plain = !is_known_version() || (walk.is_plain && received > 0 && walk.next + 2 == line.method + received);
  return head;
}

void cmhd_free_head(struct cmhd_head *head) { free(head); }

bool cmhd_queue(cmhd_connection *connection, unsigned status, cmhd_response *response) {
  return library_queue()(connection, status, response) == MHD_YES;
}

char *cmhd_replace_header(cmhd_response *response, const char *name, const char *value) {
  const char *old = MHD_get_response_header(response, name);
  if (old != NULL) (void)MHD_del_response_header(response, name, old);
  (void)MHD_add_response_header(response, name, value);
  // A copy on the heap, that stays where it is as long as the header does.
  return is_known_version() ? (char *)MHD_get_response_header(response, name) : NULL;
}

cmhd_response *cmhd_owned_bytes(size_t size, void *bytes) {
  return MHD_create_response_from_buffer(size, bytes, MHD_RESPMEM_MUST_FREE);
}

cmhd_response *cmhd_lent_bytes(size_t size, const void *bytes, void (*release)(void *owner), void *owner) {
  return MHD_create_response_from_buffer_with_free_callback_cls(size, (void *)bytes, release, owner);
}

cmhd_response *cmhd_stream(uint64_t length, size_t block, ssize_t (*read)(void *owner, uint64_t position, char *space, size_t room),
                           void (*release)(void *owner), void *owner) {
  return MHD_create_response_from_callback(length == UINT64_MAX ? MHD_SIZE_UNKNOWN : length, block, read, owner, release);
}

// Whether the mapped pages are in memory: 1 or 0, or -1 when the system does not say.
static int are_resident(char *map, size_t size, size_t page) {
  enum { pages_at_once = 4096 };
  unsigned char pages[pages_at_once];
  for (size_t done = 0; done < size; done += pages_at_once * page) {
    const size_t step = size - done < pages_at_once * page ? size - done : pages_at_once * page;
    if (mincore(map + done, step, pages) != 0) return -1;
    for (size_t i = 0; i < (step + page - 1) / page; i++)
      if (!(pages[i] & 1)) return 0;
  }
  return 1;
}

// A filter of system calls may not know mincore; a byte of each page tells the same, and costs a call for each.
static bool can_read_all(int file, uint64_t offset, size_t length, size_t page) {
  char byte;
  for (size_t done = 0; done < length; done += page)
    if (cmhd_read_cached(file, &byte, 1, offset + done) != 1) return false;
  return cmhd_read_cached(file, &byte, 1, offset + length - 1) == 1;
}

bool cmhd_is_cached(int file, uint64_t offset, size_t length) {
  if (length == 0) return true;
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const uint64_t start = offset - offset % page;
  const size_t size = length + (size_t)(offset - start);
  void *map = mmap(NULL, size, PROT_READ, MAP_SHARED, file, (off_t)start);
  if (map == MAP_FAILED) return false;
  const int are = are_resident(map, size, page);
  munmap(map, size);
  return are < 0 ? can_read_all(file, offset, length, page) : are == 1;
}

ssize_t cmhd_read_cached(int file, void *space, size_t room, uint64_t offset) {
  struct iovec vector = {.iov_base = space, .iov_len = room};
  const ssize_t count = preadv2(file, &vector, 1, (off_t)offset, RWF_NOWAIT);
  return count < 0 ? -1 : count;
}

static ssize_t read_nothing(void *owner, uint64_t position, char *space, size_t room) {
  (void)owner;
  (void)position;
  (void)space;
  (void)room;
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

cmhd_response *cmhd_length_only(uint64_t size) {
  return MHD_create_response_from_callback(size, 1024, &read_nothing, NULL, NULL);
}

void cmhd_end_by_closing(cmhd_response *response) {
  MHD_set_response_options(response, MHD_RF_HTTP_1_0_COMPATIBLE_STRICT, MHD_RO_END);
}

bool cmhd_bytes_acknowledged(int socket, uint64_t *bytes) {
  struct tcp_info info;
  socklen_t length = sizeof info;
  if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0) return false;
  if (length < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) return false;
  *bytes = info.tcpi_bytes_acked;
  return true;
}

int cmhd_bytes_unacknowledged(int socket) {
  int bytes = 0;
  return ioctl(socket, SIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

int cmhd_bytes_unread(int socket) {
  int bytes = 0;
  return ioctl(socket, SIOCINQ, &bytes) == 0 ? bytes : 0;
}

void cmhd_expire(cmhd_connection *connection) {
  MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, 1u);
}

void cmhd_reset_on_close(int socket) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

int cmhd_peer_state(int socket) {
  struct pollfd watched = {socket, POLLRDHUP, 0};
  if (poll(&watched, 1, 0) < 0) return errno == EINTR ? 1 : -1;
  if (watched.revents & (POLLERR | POLLNVAL)) return -1;
  return watched.revents & (POLLRDHUP | POLLHUP) ? 0 : 1;
}

int cmhd_event_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

ssize_t cmhd_discard(int socket, size_t most) {
  // MSG_TRUNC on TCP drops the bytes inside the kernel without copying them.
  ssize_t count = recv(socket, NULL, most, MSG_TRUNC | MSG_DONTWAIT);
  if (count >= 0) return count;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? -2 : -1;
}
