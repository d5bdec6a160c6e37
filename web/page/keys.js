// A key is sent by its meaning and not by its place: QEMU has the US layout, and the person has any. So keys go to it by their keysyms (X11's
// numbers; those of ASCII are its codes), with Shift as the US layout needs it, and without AltGr, which only chose the character.

const US_SHIFTED = new Set('~!@#$%^&*()_+{}|:"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const SHIFT_L = 0xffe1, SHIFT_R = 0xffe2;
const DROPPED = new Set([0xfe03, 0xff7e, 0xffe5, 0xff7f]); // AltGr (two names), Caps Lock, Num Lock
const COMMANDS = new Set([0xffe3, 0xffe4, 0xffe9, 0xffea]); // Control and Alt, left and right
const ENTER = 0xff0d, TAB = 0xff09;
// The key pad's: as keys of their own they would depend on the guest's Num Lock.
const PAD = new Map([...".,-+*/0123456789="].map((sign) => [0xff80 + sign.charCodeAt(0), sign.charCodeAt(0)]).concat([[0xff8d, ENTER]]));
const PACE_MS = 5;

// Sends to `send(keysym, down)`.
export class Keys {
	constructor(send) {
		this.send = send;
		this.held = new Set();
		this.sent = new Set(); // pressed in the machine, until it is sent their release
	}

	key(pressed, down) {
		const keysym = PAD.get(pressed) ?? pressed;
		if (!keysym || DROPPED.has(keysym)) return;
		if (down) this.held.add(keysym);
		else this.held.delete(keysym);
		const command = [...this.held].some((each) => COMMANDS.has(each));
		if (!down) this.let_go(keysym);
		else if (command || keysym < 0x21 || keysym > 0x7e) this.press(keysym);
		else this.character(keysym);
	}

	press(keysym) {
		this.sent.add(keysym);
		this.send(keysym, true);
	}

	// Whether it was pressed as a command's key was decided then: Control may have been released before it.
	let_go(keysym) {
		if (this.sent.delete(keysym)) this.send(keysym, false);
	}

	// A whole stroke, so that Shift is right for it alone.
	character(keysym) {
		const wanted = US_SHIFTED.has(String.fromCharCode(keysym));
		const shifts = [SHIFT_L, SHIFT_R].filter((each) => this.held.has(each));
		const wrong = wanted !== shifts.length > 0;
		const change = wanted ? [SHIFT_L] : shifts;
		if (wrong) change.forEach((each) => this.send(each, wanted));
		this.send(keysym, true);
		this.send(keysym, false);
		if (wrong) change.forEach((each) => this.send(each, !wanted));
	}

	// Types a text; characters without a key here are left out.
	async text(words) {
		for (const sign of words.replace(/\r\n?/g, "\n")) {
			const code = { "\n": ENTER, "\t": TAB }[sign] ?? sign.codePointAt(0);
			if (code >= 0x21 && code <= 0x7e) {
				this.character(code);
			} else if (code === ENTER || code === TAB || code === 0x20) {
				this.send(code, true);
				this.send(code, false);
			}
			await new Promise((done) => setTimeout(done, PACE_MS));
		}
	}

	release() {
		for (const keysym of [...this.sent]) this.let_go(keysym);
		this.held.clear();
	}
}

// Keys that stay the browser's, also in the screen and the terminal: F5, F11, F12, find, reload, zoom and paste. F6 leaves the screen.
export function is_browsers(event) {
	if (["F5", "F11", "F12"].includes(event.key)) return true;
	if (event.shiftKey && event.key === "Insert") return true;
	if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
	return ["f", "r", "v", "+", "-", "=", "0"].includes(event.key.toLowerCase());
}
