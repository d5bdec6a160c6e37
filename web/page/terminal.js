// The serial line as a terminal, with the guest's output and the person's input: typing, paste, search, copy. For phones, too, and for screen readers.

import { is_browsers } from "./keys.js";
import { leave_unanswered } from "./questions.js";
import { at, follow, post, state } from "./server.js";

const SCROLL_BACK = 5000; // lines
const AGAIN_MS = 50; // the line takes no more than the guest reads
const READABLE = 4.5; // the least contrast of a letter: WCAG 2.1, success criterion 1.4.3
const HANDOUT = /handout\.md#([\w-]+)/g;

// The server's policy allows style elements with this run's number only, and xterm.js makes two.
const nonce = document.querySelector("script[nonce]").nonce;
const create = document.createElement.bind(document);
document.createElement = (name, ...more) => {
	const made = create(name, ...more);
	if (name === "style") made.nonce = nonce;
	return made;
};

// Likewise it would set styles by their attribute.
HTMLSpanElement.prototype.setAttribute = function (name, value) {
	if (name === "style") this.style.cssText = value;
	else Element.prototype.setAttribute.call(this, name, value);
};

let typed = "";
let sending = false;

// One request at a time, so that the bytes keep their order.
export async function type(text) {
	typed += text;
	if (sending || !state?.line) return;
	sending = true;
	const machine = state.restarts;
	try {
		while (typed) {
			const bytes = new TextEncoder().encode(typed.slice(0, 16384));
			typed = typed.slice(16384);
			for (let from = 0; from < bytes.length && state.types;) {
				const { taken, another } = await post(`type?machine=${machine}`, bytes.slice(from));
				if (another) return;
				from += taken;
				if (!taken) await new Promise((done) => setTimeout(done, AGAIN_MS));
				if (!taken && !state.running) return;
			}
		}
	} catch {
		// The status line shows that the server is away.
	} finally {
		typed = "";
		sending = false;
	}
}

function colours() {
	const style = getComputedStyle(document.documentElement);
	const of = (name) => style.getPropertyValue(name).trim();
	return { background: of("--paper"), foreground: of("--ink"), cursor: of("--green"), cursorAccent: of("--paper"), selectionBackground: of("--chosen") };
}

// Links from a report's line to the handout's section.
function link_provider(terminal, show_section) {
	return {
		provideLinks(line, done) {
			const text = terminal.buffer.active.getLine(line - 1)?.translateToString(true) ?? "";
			done([...text.matchAll(HANDOUT)].map((found) => ({
				text: found[0],
				range: { start: { x: found.index + 1, y: line }, end: { x: found.index + found[0].length, y: line } },
				activate: () => show_section(found[1]),
			})));
		},
	};
}

export function open_terminal(show_section) {
	const terminal = new globalThis.Terminal({
		scrollback: SCROLL_BACK, screenReaderMode: true, theme: colours(), minimumContrastRatio: READABLE, fontSize: 14, convertEol: false,
		fontFamily: 'ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace',
	});
	const fit = new globalThis.FitAddon.FitAddon();
	const search = new globalThis.SearchAddon.SearchAddon();
	terminal.loadAddon(fit);
	terminal.loadAddon(search);
	terminal.open(at("terminal"));
	terminal.registerLinkProvider(link_provider(terminal, show_section));
	terminal.parser.registerOscHandler(8, () => true); // a link of the guest leads where its text does not state
	let past = 0; // pieces of the log, older than this terminal, that it reads now
	const is_typed = leave_unanswered(terminal, () => past > 0);
	terminal.onData((text) => is_typed(text) && type(text));
	terminal.attachCustomKeyEventHandler((event) => !leaves(event) && !copies(event, terminal));
	terminal.textarea.setAttribute("aria-label", "The machine's terminal. F6 leaves it.");
	const room = () => at("view-terminal").clientWidth && fit.fit();
	new ResizeObserver(room).observe(at("view-terminal"));
	matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => (terminal.options.theme = colours()));
	at("find").addEventListener("submit", (event) => event.preventDefault());
	at("find-text").addEventListener("keydown", (event) => {
		if (event.key === "Enter") search[event.shiftKey ? "findPrevious" : "findNext"](at("find-text").value);
		if (event.key === "Escape") terminal.focus();
	});
	follow("serial", (text, anew, late) => {
		if (anew) terminal.reset();
		if (!late && !anew) return terminal.write(text);
		// The terminal would answer each question in it (its kind, the cursor's place) as if it were typed: again with each load of the page,
		// or to another machine than the one that asked.
		past++;
		terminal.write(text, () => past--);
	});
	return terminal;
}

// The page itself moves the keyboard by F6 (console.js), and has a search of its own here.
function leaves(event) {
	if (event.key === "F6") return true;
	if (event.ctrlKey && !event.altKey && event.key.toLowerCase() === "f" && event.type === "keydown") {
		event.preventDefault();
		at("find-text").focus();
		return true;
	}
	return is_browsers(event);
}

// Ctrl-C copies what is selected, and is the guest's otherwise; Ctrl-Shift-C always copies.
function copies(event, terminal) {
	if (!event.ctrlKey || event.altKey || event.key.toLowerCase() !== "c" || !terminal.hasSelection()) return false;
	if (event.type === "keydown") {
		event.preventDefault();
		// A page at an address that is not the machine's own, without TLS, has no clipboard. xterm.js answers the older command.
		const written = navigator.clipboard?.writeText(terminal.getSelection()) ?? Promise.reject();
		written.catch(() => document.execCommand("copy")).then((copied) => copied !== false && terminal.clearSelection());
	}
	return true;
}
