/* A person's session: lines become commands, which may take several of them. */
#pragma once

/* The prompt for the next line: another one in the middle of a command. */
const char *session_prompt(void);
/* Takes the line that line_read has returned; runs the command when it is whole. */
void session_line(const char *line);
