// Build and Check: the terminal's commands, run by the server, and the points beside each exercise.

import { ask, at, post } from "./server.js";

const POLL_MS = 500;
const KEEP = 200000; // characters

const WORDS = {
	build: ["Building…", "Built. Restart runs it.", "The build failed: its first error is below."],
	check: ["Checking…", "All points.", "Checked: some points are missing."],
};

function ended(job) {
	if (!job.stopped || job.status === 0) return WORDS[job.kind][job.status === 0 ? 1 : 2];
	return job.kind === "check" && job.report ? "Stopped. The points are those of the Check before." : "Stopped.";
}

function row(words, cells) {
	const made = document.createElement("tr");
	for (const cell of cells) made.append(cell);
	made.dataset.status = words;
	return made;
}

function cell(name, content) {
	const made = document.createElement(name);
	made.append(content);
	return made;
}

// The checks of a report by exercise: its points, its worst status, and the section that its first failure leads to.
export function by_exercise(report) {
	const found = new Map();
	for (const check of report.checks) {
		const all = found.get(check.exercise) ?? { points: 0, of: 0, read: "", failed: false };
		all.points += check.points;
		all.of += check.of;
		if (check.status !== "PASS") {
			all.failed = true;
			all.read ||= /#([\w-]+)/.exec(check.read ?? "")?.[1] ?? "";
		}
		found.set(check.exercise, all);
	}
	return found;
}

function show_report(report, show_section) {
	at("points").hidden = !report;
	if (!report) return;
	const body = at("points").tBodies[0];
	body.replaceChildren();
	for (const [exercise, all] of by_exercise(report)) {
		const status = report.exercises[exercise] ?? (all.failed ? "FAIL" : "PASS");
		let name = document.createTextNode(exercise);
		if (all.read) {
			name = document.createElement("a");
			name.href = `#${all.read}`;
			name.textContent = exercise;
			name.addEventListener("click", (event) => {
				event.preventDefault();
				show_section(all.read);
			});
		}
		body.append(row(status, [cell("th", name), cell("td", status), cell("td", `${all.points} of ${all.of}`)]));
	}
	body.append(row("total", [cell("th", "Total"), cell("td", ""), cell("td", `${report.points} of ${report.total}`)]));
}

let next = 0; // of the log

// With every look, so that a page that is loaded again has the log, too. No request waits for it: a browser has six at once to a server,
// for all of its windows.
async function show_log() {
	const from = next;
	const answer = await ask(`job/log?from=${from}`);
	if (from !== next) return; // another look has shown it
	const anew = answer.next < next;
	next = anew ? 0 : answer.next;
	if (!anew && !answer.text) return;
	const log = at("work-log");
	const plain = answer.text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").replace(/\r/g, "");
	log.textContent = ((anew ? "" : log.textContent) + plain).slice(-KEEP);
	log.scrollTop = log.scrollHeight;
	if (anew) await show_log();
}

export function begin_work(show_panel, show_section) {
	const buttons = [at("build"), at("check")];
	const busy = () => buttons.some((button) => button.ariaDisabled === "true");
	// Not disabled, which would take the keyboard from the button that was pressed.
	const set_busy = (is) => {
		buttons.forEach((button) => (button.ariaDisabled = String(is)));
		if (!is && document.activeElement === at("stop")) at("work").focus();
		at("stop").hidden = !is;
	};

	async function watch() {
		const job = await ask("job");
		await show_log(); // after the state: the log of a command that has ended is whole
		set_busy(job.running);
		if (job.running) {
			at("work-words").textContent = job.stopped ? "Stopping…" : WORDS[job.kind][0];
			setTimeout(look, POLL_MS);
			return;
		}
		show_report(job.report, show_section);
		if (!job.kind) return;
		at("work-words").textContent = ended(job);
	}

	// The server may be away for a moment.
	const look = () => watch().catch(() => busy() && setTimeout(look, POLL_MS));

	async function start(kind) {
		if (busy()) return;
		show_panel("work");
		set_busy(true);
		try {
			await post(kind);
		} catch {
			at("work-words").textContent = "The server did not begin: another command runs, or it is away.";
		}
		look();
	}

	at("build").addEventListener("click", () => start("build"));
	at("check").addEventListener("click", () => start("check"));
	at("stop").addEventListener("click", () => {
		at("work-words").textContent = "Stopping…";
		post("stop").catch(() => {}); // the status line shows that the server is away
	});
	look();
}
