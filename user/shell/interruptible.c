#include "user/shell/interruptible.h"
#include "user/shell/line.h"

enum microk_status interruptible_fill(struct stream *s)
{
	return line_interrupted() ? ERR_CANCELLED : stream_fill(s);
}
