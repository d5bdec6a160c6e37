// The page: one RFB connection at a time, and the machine's state in words.
//
// The truth about the machine is the server's /state; the truth about the connection is noVNC's
// events, and the page's own heartbeat: a look at the state every few seconds. When a connection ends, the page asks for the state
// and either waits for a person (the machine is off) or tries again with growing pauses.

import RFB from "./novnc/core/rfb.js";
import { keep_fitting } from "./fit.js";
import { show_handout, to_section } from "./handout.js";
import { Keys, is_browsers } from "./keys.js";
import { address, ask_state, at, post, state } from "./server.js";
import { open_terminal, type } from "./terminal.js";
import { begin_work } from "./work.js";

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 5000;
const OFF_POLL_MS = 1500; // another window may restart the machine
const BEAT_MS = 4000;
const CONFIRM_MS = 4000;
const NARROW = window.matchMedia("(max-width: 820px)");

const desk = at("desk");

let rfb = null;
let keys = null;
let connected = false;
let pause = RETRY_FIRST_MS;
let timer = 0;
let terminal = null;
let view = "screen";

// --- the machine's state, in words ---

function say(kind, words) {
	at("status").dataset.state = kind;
	at("words").textContent = words;
	at("notice").hidden = kind === "connected" || kind === "waiting";
	at("notice-words").textContent = words;
	at("notice-restart").hidden = kind !== "off";
}

function say_connected() {
	const elsewhere = view === "screen" ? "Connected. Click the screen to type." : "Connected. Click the terminal to type.";
	say("connected", desk.classList.contains("typing") ? "Connected. F6 leaves the machine." : elsewhere);
}

// The picture at the connection's end stays, dimmed: a panic's report must not vanish with the machine.
function keep_picture(of) {
	try {
		at("last").src = of.toDataURL();
		at("last").hidden = false;
	} catch {
		at("last").hidden = true;
	}
}

function show_stage() {
	at("stage").textContent = `MicroK · stage ${state.stage} · ${state.name}`;
	at("title").textContent = state.title;
	document.title = `MicroK stage ${state.stage} (${state.name})`;
	at("steps").textContent = state.first_steps;
	at("show-handout").hidden = !state.handout;
	at("other").hidden = state.types;
	if (rfb) rfb.viewOnly = !state.types;
}

// --- the connection ---

async function look() {
	await ask_state();
	show_stage();
}

function later(milliseconds, action) {
	clearTimeout(timer);
	timer = setTimeout(action, milliseconds);
}

function retry(kind, words) {
	say(kind, words);
	later(pause * (0.8 + 0.4 * Math.random()), connect);
	pause = Math.min(pause * 2, RETRY_MAX_MS);
}

async function connect() {
	clearTimeout(timer);
	try {
		await look();
	} catch {
		retry("lost", "The server does not answer. Is make web still running? Trying again…");
		return;
	}
	if (!state.running && !state.ended) {
		retry("waiting", "The machine is starting…");
		return;
	}
	if (!state.running) {
		say("off", `${state.ended} Press Restart.`);
		later(OFF_POLL_MS, connect);
		return;
	}
	open_screen();
}

// A link that swallows everything ends no connection: this does. A page that is hidden may be late, and is not away.
async function beat() {
	try {
		if (connected) await look();
	} catch {
		if (connected && !document.hidden) {
			say("lost", "The server does not answer. Trying again…");
			rfb?.disconnect();
		}
	}
	setTimeout(beat, BEAT_MS);
}

function send_by_keysym(mine) {
	const send = mine.sendKey.bind(mine);
	keys = new Keys((keysym, down) => send(keysym, null, down));
	const own = keys;
	mine.sendKey = (keysym, code, down) => {
		if (down === undefined) {
			own.key(keysym, true);
			own.key(keysym, false);
		} else {
			own.key(keysym, down);
		}
	};
}

function open_screen() {
	if (rfb) return;
	if (!connected) say("waiting", "Connecting…");
	const mine = new RFB(at("screen"), address("screen", true), { shared: true });
	rfb = mine;
	mine.scaleViewport = true;
	mine.background = "transparent";
	mine.qualityLevel = 9;
	mine.viewOnly = !state.types;
	send_by_keysym(mine);
	const canvas = at("screen").querySelector("canvas");
	canvas.setAttribute("role", "img");
	canvas.setAttribute("aria-label", "The machine's screen. What is typed goes to it; F6 leaves it. The tab Terminal has its text.");
	mine.addEventListener("connect", () => {
		connected = true;
		pause = RETRY_FIRST_MS;
		at("last").hidden = true;
		// A person who reads in the panel while the connection comes back keeps the keyboard there.
		if (!at("side").contains(document.activeElement)) focus_machine();
		say_connected();
	});
	mine.addEventListener("disconnect", () => {
		if (connected) keep_picture(mine);
		connected = false;
		rfb = keys = null;
		retry("waiting", "The connection is gone. Connecting again…");
	});
}

async function restart() {
	const buttons = [at("restart"), at("notice-restart")];
	buttons.forEach((button) => (button.disabled = true));
	say("waiting", "Restarting…");
	try {
		await post("restart");
		pause = RETRY_FIRST_MS;
		later(0, connect);
	} catch {
		retry("lost", "The restart did not go through. Is make web still running? Trying again…");
	} finally {
		buttons.forEach((button) => (button.disabled = false));
	}
	focus_machine();
}

// A machine that runs is ended by a second press only.
let asked = 0;
function ask_restart() {
	const button = at("restart");
	const calm = () => {
		clearTimeout(asked);
		asked = 0;
		button.textContent = "Restart";
	};
	if (asked || !state?.running) {
		calm();
		restart();
		return;
	}
	button.textContent = "End it? Press again";
	asked = setTimeout(calm, CONFIRM_MS);
}

// --- the two views of the machine ---

function focus_machine() {
	if (view === "terminal") terminal?.focus();
	else rfb?.focus();
}

function show_view(name) {
	view = name;
	for (const each of ["screen", "terminal"]) {
		at(`view-${each}`).hidden = each !== name;
		at(`tab-${each}`).setAttribute("aria-selected", String(each === name));
		at(`tab-${each}`).tabIndex = each === name ? 0 : -1;
	}
	at("find").hidden = name !== "terminal";
	if (name === "terminal") terminal ??= open_terminal(show_section);
}

function watch_tabs() {
	for (const each of ["screen", "terminal"]) {
		const tab = at(`tab-${each}`);
		tab.addEventListener("click", () => {
			show_view(each);
			focus_machine();
		});
		tab.addEventListener("keydown", (event) => {
			if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
			show_view(each === "screen" ? "terminal" : "screen");
			at(`tab-${view}`).focus();
		});
	}
}

// --- the panel ---

const TITLES = { handout: () => `Handout, stage ${state?.stage ?? ""}`, work: () => "Points" };
let panel = null; // "handout", "work" or null

function show_panel(name) {
	panel = name;
	at("side").hidden = !name;
	for (const each of Object.keys(TITLES)) {
		at(each).hidden = each !== name;
		at(`show-${each}`).setAttribute("aria-expanded", String(each === name));
	}
	at("contents").hidden = name !== "handout";
	at("panel-name").textContent = name ? TITLES[name]() : "";
	if (name === "handout") at("handout").dispatchEvent(new Event("shown"));
}

function show_section(id) {
	if (!state?.handout) return;
	show_panel("handout");
	to_section(at("handout"), id);
}

function toggle_panel(name) {
	show_panel(panel === name ? null : name);
	if (panel) at(panel).focus({ preventScroll: true });
	else focus_machine();
}

function drag_grip() {
	const grip = at("grip");
	const set = (width) => at("side").style.setProperty("--side", `${Math.max(260, Math.round(width))}px`);
	grip.addEventListener("pointerdown", (event) => {
		grip.setPointerCapture(event.pointerId);
		grip.onpointermove = (move) => set(window.innerWidth - move.clientX);
	});
	grip.addEventListener("pointerup", () => {
		grip.onpointermove = null;
		focus_machine();
	});
	grip.addEventListener("keydown", (event) => {
		const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
		if (step) set(at("side").offsetWidth + step);
	});
}

// --- the keyboard ---

function watch_focus() {
	const typing = (is) => {
		desk.classList.toggle("typing", is);
		if (!is) keys?.release();
		if (connected) say_connected();
	};
	const machine = [at("view-screen"), at("view-terminal")];
	desk.addEventListener("focusin", () => typing(machine.some((each) => each.contains(document.activeElement))));
	desk.addEventListener("focusout", () => typing(false));
	// A click beside the picture is still on the screen.
	at("view-screen").addEventListener("mousedown", (event) => {
		if (event.target.closest("button")) return;
		event.preventDefault();
		rfb?.focus();
	});
	document.addEventListener("fullscreenchange", focus_machine);
	window.addEventListener("focus", () => {
		if (document.activeElement === document.body) focus_machine();
	});
}

// F6 goes from the machine to the buttons and back. noVNC would take every other key, too, so the browser's are kept from it.
function watch_keys() {
	const inside = () => desk.classList.contains("typing");
	window.addEventListener("keydown", (event) => {
		if (event.key !== "F6") return;
		event.preventDefault();
		event.stopPropagation();
		if (inside()) at(`tab-${view}`).focus();
		else focus_machine();
	}, true);
	for (const kind of ["keydown", "keyup"]) {
		at("view-screen").addEventListener(kind, (event) => {
			if (is_browsers(event) || event.key === "F6") event.stopPropagation();
		}, true);
	}
	document.addEventListener("paste", (event) => {
		if (view !== "screen" || !inside() || !state?.types) return;
		event.preventDefault();
		const text = event.clipboardData.getData("text/plain");
		if (state.line) type(text.replace(/\r?\n/g, "\r"));
		else keys?.text(text);
	});
}

// --- the whole ---

async function begin() {
	at("restart").addEventListener("click", ask_restart);
	at("notice-restart").addEventListener("click", restart);
	at("take").addEventListener("click", async () => {
		await post("take");
		await look();
		focus_machine();
	});
	at("fullscreen").addEventListener("click", () => {
		if (document.fullscreenElement) document.exitFullscreen();
		else desk.requestFullscreen();
	});
	at("show-handout").addEventListener("click", () => toggle_panel("handout"));
	at("show-work").addEventListener("click", () => toggle_panel("work"));
	at("close-side").addEventListener("click", () => toggle_panel(panel));
	drag_grip();
	watch_tabs();
	watch_focus();
	watch_keys();
	keep_fitting(at("view-screen"), at("screen"));
	begin_work(show_panel, show_section);
	if (NARROW.matches) show_view("terminal");
	await connect();
	setTimeout(beat, BEAT_MS);
	if (state?.handout) {
		if (!NARROW.matches) show_panel("handout");
		show_handout(at("handout"), at("contents"), state.stage).catch((error) => {
			at("handout").textContent = `The handout could not be read: ${error.message}`;
		});
	}
}

begin();
