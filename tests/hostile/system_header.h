/* kind: results
 * does: a header with the name of one of the host's, found before it
 * as: kernel/string.h
 * grade: 1.4.a
 * ends: PASS
 * notes: kernel/string.h: added
 */
#include_next <string.h>
#error of the learner, in the harness
