// A key is sent by its meaning and not by its place: QEMU has the US layout, and the person has any. So keys go to it by their keysyms (X11's
// numbers; those of ASCII are its codes), with Shift as the US layout needs it, and without AltGr, which only chose the character.

const US_SHIFTED = new Set('~!@#$%^&*()_+{}|:"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const SHIFT_L = 0xffe1, SHIFT_R = 0xffe2;
const DROPPED = new Set([0xfe03, 0xff7e, 0xffe5, 0xff7f]); // AltGr (two names), Caps Lock, Num Lock
const COMMANDS = new Set([0xffe3, 0xffe4, 0xffe9, 0xffea]); // Control and Alt, left and right
const ENTER = 0xff0d, TAB = 0xff09;
const PACE_MS = 5;

// Sends to `send(keysym, down)`.
export class Keys {
	constructor(send) {
		this.send = send;
		this.held = new Set();
	}

	key(keysym, down) {
		if (!keysym || DROPPED.has(keysym)) return;
		if (down) this.held.add(keysym);
		else this.held.delete(keysym);
		const command = [...this.held].some((each) => COMMANDS.has(each));
		if (command || keysym < 0x21 || keysym > 0x7e) this.send(keysym, down);
		else if (down) this.character(keysym);
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
		for (const keysym of this.held) this.send(keysym, false);
		this.held.clear();
	}
}

// Keys that stay the browser's, also in the screen: F5, F11, F12, find, reload, zoom and paste. F6 leaves the screen.
export function is_browsers(event) {
	if (["F5", "F11", "F12"].includes(event.key)) return true;
	if (event.shiftKey && event.key === "Insert") return true;
	if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
	return ["f", "r", "v", "+", "-", "=", "0"].includes(event.key.toLowerCase());
}
