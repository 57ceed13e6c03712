/* A screen as an SVG picture: what a test saw, for people to look at.
 *
 * Every word is one <text> at its own column, so shaped Hindi stays aligned whatever the font; grounds, half blocks and
 * rules are rectangles, so big digits and QR codes have no gaps. rsvg-convert makes a PNG of it. */
#ifndef TESTS_E2E_SVG_H
#define TESTS_E2E_SVG_H

#include "tests/e2e/pty.h"

/** Write the screen as it is now to @p path. False when the file could not be written. */
bool svg_write(struct pty *pty, const char *path);

#endif
