// The door to RE2, which is C++: single patterns, and sets of patterns that one pass over a text decides. Used by AgPatterns alone.
//
// Every function may be called from any thread; `cre2_set_add` and `cre2_set_compile` before the set is shared.
#ifndef CRE2_H
#define CRE2_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct cre2_pattern cre2_pattern;
typedef struct cre2_set cre2_set;

// A pattern in RE2's syntax over UTF-8, in `memory` bytes at most; NULL and RE2's reason in `reason` when there is none.
cre2_pattern *cre2_compile(const char *pattern, size_t length, int64_t memory, char *reason, size_t room);
// 1 when it matches somewhere in the text. Out of memory for its DFA, RE2 goes on with its NFA: the answer is right either way.
int cre2_matches(const cre2_pattern *pattern, const char *text, size_t length);
void cre2_free(cre2_pattern *pattern);

cre2_set *cre2_set_make(int64_t memory);
// The number of the pattern, from 0 in the order of the calls; -1 and a reason.
int cre2_set_add(cre2_set *set, const char *pattern, size_t length, char *reason, size_t room);
// 0 when the set does not fit into its memory.
int cre2_set_compile(cre2_set *set);
// How many patterns match somewhere in the text, the numbers of the first `room` of them in `found`, ascending; -1 when the DFA does
// not fit into its memory, which says nothing about the text.
ptrdiff_t cre2_set_match(const cre2_set *set, const char *text, size_t length, int32_t *found, size_t room);
void cre2_set_free(cre2_set *set);

#ifdef __cplusplus
}
#endif
#endif
