// Build and Check: the terminal's commands, run by the server, and the points beside each exercise.

import { ask, at, follow, post } from "./server.js";

const POLL_MS = 500;
const KEEP = 200000; // characters

const WORDS = {
	build: ["Building…", "Built. Restart runs it.", "The build failed: its first error is below."],
	check: ["Checking…", "All points.", "Checked: some points are missing."],
};

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

export function begin_work(show_panel, show_section) {
	const buttons = [at("build"), at("check")];
	let following = false;

	async function watch() {
		const job = await ask("job");
		buttons.forEach((button) => (button.disabled = job.running));
		if (job.running) {
			at("work-words").textContent = WORDS[job.kind][0];
			setTimeout(() => watch().catch(() => {}), POLL_MS);
			return;
		}
		show_report(job.report, show_section);
		if (!job.kind) return;
		at("work-words").textContent = WORDS[job.kind][job.status === 0 ? 1 : 2];
	}

	async function start(kind) {
		show_panel("work");
		if (!following) {
			following = true;
			follow("job/log", (text, anew) => {
				const log = at("work-log");
				const plain = text.replace(/\x1b\[[0-9;]*[A-Za-z]/g, "").replace(/\r/g, "");
				log.textContent = ((anew ? "" : log.textContent) + plain).slice(-KEEP);
				log.scrollTop = log.scrollHeight;
			});
		}
		buttons.forEach((button) => (button.disabled = true));
		try {
			await post(kind);
		} catch {
			at("work-words").textContent = "The server did not begin: another command runs, or it is away.";
		}
		watch().catch(() => buttons.forEach((button) => (button.disabled = false)));
	}

	at("build").addEventListener("click", () => start("build"));
	at("check").addEventListener("click", () => start("check"));
	watch().catch(() => {});
}
