// The sequences by which a guest asks its terminal something. xterm.js answers each as if the person had typed the answer.
// Chosen: xterm.js's own parser finds the questions, since it answers from there, too. To look for answers among what is typed
// would be shorter, and would take Shift-F3 (CSI 1;2 R) for the cursor's place. Source: ctlseqs of XFree86's xterm, "CSI" and "OSC".

const CONTROL = [
	{ final: "c" }, // device attributes
	{ prefix: ">", final: "c" },
	{ final: "n" }, // status, and the cursor's place
	{ prefix: "?", final: "n" },
	{ intermediates: "$", final: "p" }, // modes
	{ prefix: "?", intermediates: "$", final: "p" },
	{ final: "t" }, // the window's size
];
const COLOURS = [4, 10, 11, 12]; // the palette, the letters, the ground, the cursor
const FOCUS = ["\x1b[I", "\x1b[O"]; // xterm.js sends one when the guest asks for reports of the focus

// Leaves a question unanswered while `past()` is true. Returns whether a text from the terminal is a person's, or an answer that may be sent.
export function leave_unanswered(terminal, past) {
	for (const question of CONTROL) terminal.parser.registerCsiHandler(question, past);
	terminal.parser.registerDcsHandler({ intermediates: "$", final: "q" }, past); // settings
	for (const colour of COLOURS) terminal.parser.registerOscHandler(colour, (text) => past() && text.split(";").includes("?"));
	return (text) => !(past() && FOCUS.includes(text));
}
