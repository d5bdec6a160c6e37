// The page's requests to its server. All addresses are relative to the page's own, so that it works behind a proxy by path.

export const at = (id) => document.getElementById(id);

// This page, for the server: one of several may type. Loaded again it has the same name; a copy of its tab, made while it is
// there, finds none and gets its own.
const KEPT = "microk-page";
const name = sessionStorage.getItem(KEPT) ?? crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
sessionStorage.removeItem(KEPT);
const STATE_MS = 5000;

export let state = null; // the last answer of the server's /state

export function address(path, socket = false) {
	const url = new URL(path, document.baseURI);
	if (socket) url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
	return url.href;
}

async function answer_of(request) {
	const answer = await request;
	if (!answer.ok) throw new Error(`the server answered with status ${answer.status}`);
	return answer.json();
}

export async function ask_state() {
	state = await answer_of(fetch(address("state"), { headers: { "X-MicroK-Page": name }, signal: AbortSignal.timeout(STATE_MS) }));
	return state;
}

export function ask(path, signal) {
	return answer_of(fetch(address(path), { signal }));
}

export function post(path, body) {
	return answer_of(fetch(address(path), { method: "POST", body, headers: { "X-MicroK-Token": state?.token ?? "", "X-MicroK-Page": name } }));
}

// Another page need not wait until this one counts as away.
addEventListener("pagehide", () => {
	sessionStorage.setItem(KEPT, name);
	if (state) fetch(address("leave"), { method: "POST", keepalive: true, headers: { "X-MicroK-Token": state.token, "X-MicroK-Page": name } });
});

// A window that is not seen waits: a browser has six requests at once to a server, for all of its windows. Returns whether it waited.
async function seen() {
	if (!document.hidden) return false;
	while (document.hidden) await new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
	return true;
}

// Follows a log of the server's for ever: `take(text, new_log, late)`. The server answers when there is more. `late`: the text was there
// before, since this is the first of it, or the window was not seen, or the server was away.
export async function follow(path, take) {
	let next = 0;
	let late = true;
	for (;;) {
		late = (await seen()) || late;
		try {
			const answer = await ask(`${path}?from=${next}&wait`, AbortSignal.timeout(40000));
			// A smaller number: another server, with a log of its own.
			const anew = answer.next < next;
			if (anew) next = 0;
			else next = answer.next;
			if (anew || answer.text) take(answer.text, anew, late);
			late = false;
		} catch {
			late = true;
			await new Promise((done) => setTimeout(done, 1000)); // the status line shows that the server is away
		}
	}
}
