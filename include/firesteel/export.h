#pragma once

/// Everything is compiled with hidden visibility; this marks what the shared library exports.
#define FIRESTEEL_EXPORT __attribute__((visibility("default")))
