/*
 * The tree of a parsed command (POSIX XCU 2.9 and 2.10). Its nodes lie in an arena; its words point into the text that was
 * parsed, which must stay as long as the tree.
 */
#pragma once
#include "microk/types.h"

/* A word as it is written, with its quotes. */
struct word {
	const char *text;
	u32 length;
	struct word *next;
};

enum redirect_kind {
	REDIRECT_READ,     /* < */
	REDIRECT_WRITE,    /* > and >| */
	REDIRECT_APPEND,   /* >> */
	REDIRECT_DUPLICATE /* >& and <&: the target is a number */
};

struct redirect {
	enum redirect_kind kind;
	u32 number; /* 0 input, 1 output, 2 errors */
	struct word target;
	struct redirect *next;
};

enum node_kind {
	NODE_COMMAND,  /* words; assignments stand among them, at the front */
	NODE_LIST,     /* children, one after the other */
	NODE_AND_OR,   /* children, each joined to the one before by `join` */
	NODE_PIPELINE, /* children, connected */
	NODE_GROUP,    /* { first; } */
	NODE_SUBSHELL, /* ( first ) */
	NODE_IF,       /* if first; then body; else otherwise */
	NODE_WHILE,    /* while first; do body */
	NODE_UNTIL,
	NODE_FOR,      /* for `name` in words; do body */
	NODE_CASE      /* case `name` in clauses */
};

enum join { JOIN_NONE, JOIN_AND, JOIN_OR };

/* PATTERN | PATTERN) body ;; */
struct clause {
	struct word *patterns;
	struct node *body; /* NULL: empty */
	struct clause *next;
};

struct node {
	enum node_kind kind;
	enum join join;
	bool negated;    /* ! before a pipeline */
	bool background; /* & after an element of a list */
	bool all_params; /* NODE_FOR without `in`: the positional parameters */
	u32 line;        /* of its text, from 1 */
	struct node *next; /* among the children of the same node */
	struct node *first, *body, *otherwise;
	struct word *words;
	struct word name;
	struct clause *clauses;
	struct redirect *redirects;
};
