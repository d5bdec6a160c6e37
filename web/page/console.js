// The page: one RFB connection at a time, and the machine's state in words.
//
// The truth about the machine is the server's /state; the truth about the connection is noVNC's
// events. When a connection ends, the page asks for the state and either waits for a person (the
// machine is off) or tries again with growing pauses.

import RFB from "/novnc/core/rfb.js";
import { show_handout } from "/handout.js";

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 5000;
const OFF_POLL_MS = 1500; // another window may restart the machine
const SERIAL_POLL_MS = 700; // only while the log is shown
const SERIAL_KEEP = 200000; // characters
const NARROW = window.matchMedia("(max-width: 820px)");

const at = (id) => document.getElementById(id);
const desk = at("desk");

let state = null; // the last answer of /state
let rfb = null;
let connected = false;
let pause = RETRY_FIRST_MS;
let timer = 0;

// --- the machine's state, in words ---

function say(kind, words) {
	at("status").dataset.state = kind;
	at("words").textContent = words;
	at("notice").hidden = kind === "connected" || kind === "waiting";
	at("notice-words").textContent = words;
	at("notice-restart").hidden = kind !== "off";
}

function say_connected() {
	say("connected", desk.classList.contains("typing") ? "Connected" : "Connected. Click the screen to type.");
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
	at("show-handout").disabled = !state.handout;
	at("show-handout").title = state.handout ? "This stage's handout beside the screen" : "This stage has no handout";
}

// --- the connection ---

async function ask_state() {
	const answer = await fetch("/state", { signal: AbortSignal.timeout(5000) });
	if (!answer.ok) throw new Error(`the server answered with status ${answer.status}`);
	state = await answer.json();
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
		await ask_state();
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

function open_screen() {
	if (rfb) return;
	if (!connected) say("waiting", "Connecting…");
	const scheme = location.protocol === "https:" ? "wss" : "ws";
	const mine = new RFB(at("screen"), `${scheme}://${location.host}/screen`, { shared: true });
	rfb = mine;
	mine.scaleViewport = true;
	mine.background = "transparent";
	mine.qualityLevel = 9;
	mine.addEventListener("connect", () => {
		connected = true;
		pause = RETRY_FIRST_MS;
		at("last").hidden = true;
		// A person who reads in the panel while the connection comes back keeps the keyboard there.
		if (!at("side").contains(document.activeElement)) mine.focus();
		say_connected();
	});
	mine.addEventListener("disconnect", () => {
		if (connected) keep_picture(mine);
		connected = false;
		rfb = null;
		retry("waiting", "The connection is gone. Connecting again…");
	});
}

async function restart() {
	const buttons = [at("restart"), at("notice-restart")];
	buttons.forEach((button) => (button.disabled = true));
	say("waiting", "Restarting…");
	try {
		const answer = await fetch("/restart", { method: "POST", headers: { "X-MicroK-Token": state?.token ?? "" } });
		if (!answer.ok) throw new Error(`the server answered with status ${answer.status}`);
		pause = RETRY_FIRST_MS;
		later(0, connect);
	} catch {
		retry("lost", "The restart did not go through. Is make web still running? Trying again…");
	} finally {
		buttons.forEach((button) => (button.disabled = false));
	}
	rfb?.focus();
}

// --- the panel ---

let panel = null; // "handout", "serial" or null
let serial_next = 0;
let serial_timer = 0;
let serial_follows = true; // until a person scrolls up; again once they are back at the end

function show_panel(name) {
	panel = name;
	at("side").hidden = !name;
	for (const each of ["handout", "serial"]) {
		at(each).hidden = each !== name;
		at(`show-${each}`).setAttribute("aria-expanded", String(each === name));
	}
	at("panel-name").textContent = name === "serial" ? "Serial log" : `Handout, stage ${state?.stage ?? ""}`;
	clearTimeout(serial_timer);
	if (name === "serial") read_serial();
}

async function read_serial() {
	const log = at("serial");
	try {
		const answer = await (await fetch(`/serial?from=${serial_next}`)).json();
		// A smaller number: another server, with a log of its own.
		if (answer.next < serial_next) log.textContent = "";
		serial_next = answer.next;
		if (answer.text) {
			const plain = answer.text.replace(/\x1b(?:\[[0-9;?]*[A-Za-z]|[78])/g, "").replace(/\r/g, "");
			log.textContent = (log.textContent + plain).slice(-SERIAL_KEEP);
			if (serial_follows) log.scrollTop = log.scrollHeight;
		}
	} catch {
		// The status line shows that the server is away.
	}
	if (panel === "serial") serial_timer = setTimeout(read_serial, SERIAL_POLL_MS);
}

// The scroll position when text comes does not show this: when the panel gets narrower its lines are broken anew, and the
// end moves away without scrolling. A scroll event that comes after such a change and does not go up is not the reader's leaving.
function watch_serial() {
	const log = at("serial");
	const size = () => `${log.clientWidth} ${log.clientHeight}`;
	let settled = size();
	let top = 0;
	log.addEventListener("scroll", () => {
		if (size() === settled || log.scrollTop < top) {
			serial_follows = log.scrollTop + log.clientHeight >= log.scrollHeight - 8;
		}
		top = log.scrollTop;
	});
	new ResizeObserver(() => {
		settled = size();
		if (serial_follows) log.scrollTop = log.scrollHeight;
	}).observe(log);
}

function toggle_panel(name) {
	show_panel(panel === name ? null : name);
	rfb?.focus();
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
		rfb?.focus();
	});
	grip.addEventListener("keydown", (event) => {
		const step = { ArrowLeft: 24, ArrowRight: -24 }[event.key];
		if (step) set(at("side").offsetWidth + step);
	});
}

// --- the whole ---

function watch_focus() {
	const typing = (is) => {
		desk.classList.toggle("typing", is);
		if (connected) say_connected();
	};
	desk.addEventListener("focusin", () => typing(at("screen").contains(document.activeElement)));
	desk.addEventListener("focusout", () => typing(false));
	// A click beside the picture is still on the screen.
	desk.addEventListener("mousedown", (event) => {
		if (event.target.closest("button")) return;
		event.preventDefault();
		rfb?.focus();
	});
	document.addEventListener("fullscreenchange", () => rfb?.focus());
	window.addEventListener("focus", () => {
		if (document.activeElement === document.body) rfb?.focus();
	});
}

async function begin() {
	at("restart").addEventListener("click", restart);
	at("notice-restart").addEventListener("click", restart);
	at("fullscreen").addEventListener("click", () => {
		if (document.fullscreenElement) document.exitFullscreen();
		else desk.requestFullscreen();
	});
	at("show-handout").addEventListener("click", () => toggle_panel("handout"));
	at("show-serial").addEventListener("click", () => toggle_panel("serial"));
	at("close-side").addEventListener("click", () => toggle_panel(panel));
	drag_grip();
	watch_serial();
	watch_focus();
	await connect();
	if (state?.handout) {
		if (!NARROW.matches) show_panel("handout");
		show_handout(at("handout")).catch((error) => {
			at("handout").textContent = `The handout could not be read: ${error.message}`;
		});
	}
}

begin();
