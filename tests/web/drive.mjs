// Chromium for a test in Python: one JSON object a line in, one out. {"do": NAME, ...arguments} →
// {"value": …} or {"error": TEXT}. One browser for all tests of a file, because its start costs more than most tests. Each test
// has a context of its own, which shares no cookie, storage, cache or permission with another's, and one page in it; what the
// page's console complains of is kept and can be asked for.

import { createInterface } from "node:readline";
import { chromium } from "../../web/node_modules/playwright-core/index.mjs";

const WAIT_MS = 20000;
// No sandbox: tests run as root in containers. The rest keeps Chromium from calling home.
const FLAGS = [
	"--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
	"--disable-background-networking", "--disable-component-update", "--disable-sync",
];

const MODIFIERS = { alt: 1, ctrl: 2, shift: 8 };
const SHIFTED = /[A-Z~!@#$%^&*()_+{}|:"<>?]/;

const complaints = [];
let browser, context, page;

const actions = {
	async open({ url, width = 1280, height = 800 }) {
		browser ??= await chromium.launch({
			executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS,
		});
		context ??= await browser.newContext({ viewport: null });
		page ??= await context.newPage();
		page.removeAllListeners();
		page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
		page.on("pageerror", (error) => complaints.push(String(error)));
		page.setDefaultTimeout(WAIT_MS);
		await page.setViewportSize({ width, height });
		await page.goto(url);
	},
	// The page's own words for its connection are what a test waits for, as a person would.
	async await_words({ pattern, ms = WAIT_MS }) {
		await page.waitForFunction(
			(text) => new RegExp(text).test(document.querySelector("#words").textContent), pattern, { timeout: ms },
		);
		return page.textContent("#words");
	},
	async await_text({ selector, pattern, ms = WAIT_MS }) {
		await page.waitForFunction(
			([where, text]) => new RegExp(text).test(document.querySelector(where).textContent), [selector, pattern], { timeout: ms },
		);
		return page.textContent(selector);
	},
	// With Shift held as a person holds it.
	async type({ text }) {
		for (const sign of text) {
			const shifted = SHIFTED.test(sign);
			if (shifted) await page.keyboard.down("Shift");
			await page.keyboard.press(sign, { delay: 20 });
			if (shifted) await page.keyboard.up("Shift");
		}
	},
	async press({ key }) { await page.keyboard.press(key); },
	async click({ selector, position }) { await page.click(selector, { position }); },
	// One key of any layout: what it means and where it is. AltGr is a key of its own, held around it.
	async stroke({ key, code, shift = false, altgr = false }) {
		const cdp = await context.newCDPSession(page);
		const send = (type, named, place, text) => cdp.send("Input.dispatchKeyEvent", {
			type, key: named, code: place, text, modifiers: shift ? MODIFIERS.shift : 0,
		});
		if (shift) await send("rawKeyDown", "Shift", "ShiftLeft");
		if (altgr) await send("rawKeyDown", "AltGraph", "AltRight");
		await send("keyDown", key, code, key);
		await send("keyUp", key, code);
		if (altgr) await send("keyUp", "AltGraph", "AltRight");
		if (shift) {
			await cdp.send("Input.dispatchKeyEvent", { type: "keyUp", key: "Shift", code: "ShiftLeft", modifiers: 0 });
		}
		await cdp.detach();
	},
	async paste({ text }) {
		return page.evaluate((words) => {
			const clipboardData = new DataTransfer();
			clipboardData.setData("text/plain", words);
			const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
			document.activeElement.dispatchEvent(event);
		}, text);
	},
	// As the browser's zoom: fewer CSS pixels, each of more of the screen's.
	async zoom({ width, height, factor }) {
		const cdp = await context.newCDPSession(page);
		await cdp.send("Emulation.setDeviceMetricsOverride", {
			width: Math.round(width / factor), height: Math.round(height / factor), deviceScaleFactor: factor, mobile: false,
		});
	},
	async scheme({ name }) { await page.emulateMedia({ colorScheme: name }); },
	async reload() { await page.reload(); },
	async back() { await page.goBack(); },
	async hover({ selector, position }) { await page.hover(selector, { position }); },
	async double_click({ selector, position }) { await page.dblclick(selector, { position }); },
	async wheel({ y }) { await page.mouse.wheel(0, y); },
	async fill({ selector, text }) { await page.fill(selector, text); },
	async clipboard() {
		await context.grantPermissions(["clipboard-read", "clipboard-write"]);
		return page.evaluate("navigator.clipboard.readText()");
	},
	async resize({ width, height }) { await page.setViewportSize({ width, height }); },
	async evaluate({ code }) { return page.evaluate(code); },
	async screenshot({ path }) { await page.screenshot({ path }); },
	async complaints() { return complaints.splice(0); },
	// Ends a test's context: the next `open` begins with nothing of it.
	async leave() {
		await context?.close();
		context = page = undefined;
		complaints.length = 0;
	},
};

for await (const line of createInterface({ input: process.stdin })) {
	const { do: name, ...rest } = JSON.parse(line);
	let answer;
	try {
		answer = { value: (await actions[name](rest)) ?? null };
	} catch (error) {
		answer = { error: `${name}: ${error.message}` };
	}
	process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser?.close();
