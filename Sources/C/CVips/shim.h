// The door to libvips. Everything behind it is used by AgImaging's codec child alone, and by tests that make pictures.
#ifndef CVIPS_SHIM_H
#define CVIPS_SHIM_H
#include <vips/vips.h>
#endif
