// The door to PCRE2 over 16-bit code units, which are what JavaScript matches. Used by AgPatterns alone.
#ifndef CPCRE_SHIM_H
#define CPCRE_SHIM_H
#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>
#endif
