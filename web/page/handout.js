// The handout, from Markdown to elements. It is a file of this tree, but a learner may have merged
// it from anywhere, so its HTML is text, except for the few bare tags that a handout needs (folded
// hints, line breaks, anchors); links lead only to the web or into the page. A tag that slipped through would still
// meet a policy that runs no inline script.

import { Marked } from "./marked.js";
import { address } from "./server.js";

const BARE_TAG = /^<\/?(details|summary|br|kbd|sub|sup|b|i|em|strong|code|p)( open)?\s*\/?>$/i;
const ANCHOR = /^<a (?:id|name)="([A-Za-z0-9._-]+)">$/;
const PICTURE = /^(?:\.\/)?([A-Za-z0-9_-]+\.(?:png|svg))$/;

function escape_text(text) {
	return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

// The handout's own ids: a heading "Serial" must not be another part of the page.
const OWN = "handout-";

// GitHub's way of naming headings, so that links in the file work on both.
function heading_id(text, used) {
	const base = text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").trim().replace(/\s/g, "-");
	const count = used.get(base) ?? 0;
	used.set(base, count + 1);
	return count ? `${base}-${count}` : base;
}

function keep_bare_tags(html) {
	return html.replace(/<!--[\s\S]*?-->|<[^<>]*>|[&<>"']/g, (piece) => {
		if (piece.startsWith("<!--")) return "";
		if (BARE_TAG.test(piece) || piece === "</a>") return piece;
		const anchor = ANCHOR.exec(piece);
		return anchor ? `<a id="${OWN}${anchor[1]}">` : piece.length === 1 && piece === "&" ? "&" : escape_text(piece);
	});
}

function renderer(used) {
	return {
		html({ text }) {
			return keep_bare_tags(text);
		},
		heading({ tokens, depth, text }) {
			const id = escape_text(OWN + heading_id(text, used));
			return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
		},
		link({ href, tokens }) {
			const inner = this.parser.parseInline(tokens);
			if (/^#/.test(href)) return `<a href="${escape_text(href)}">${inner}</a>`;
			if (/^https?:\/\//i.test(href)) {
				return `<a href="${escape_text(href)}" target="_blank" rel="noopener noreferrer">${inner}</a>`;
			}
			// A file of the tree: this server does not show it, the learner's editor does.
			return `<span class="path" title="${escape_text(href)}">${inner}</span>`;
		},
		image({ href, text }) {
			const picture = PICTURE.exec(href);
			return picture ? `<img src="handout/${picture[1]}" alt="${escape_text(text)}">` : escape_text(text);
		},
	};
}

// GitHub's callouts: a quotation that begins with [!NOTE].
function name_callouts(place) {
	for (const quote of place.querySelectorAll("blockquote")) {
		const first = quote.querySelector("p")?.firstChild;
		const found = /^\[!(\w+)\]\s*/.exec(first?.nodeValue ?? "");
		if (!found) continue;
		const kind = found[1].toLowerCase();
		first.nodeValue = first.nodeValue.slice(found[0].length);
		quote.dataset.kind = kind;
		const name = document.createElement("span");
		name.className = "kind";
		name.textContent = kind[0].toUpperCase() + kind.slice(1);
		quote.prepend(name);
	}
}

function heading_of(place, id) {
	return place.querySelector(`[id="${CSS.escape(OWN + id)}"]`);
}

// Shows a section, and unfolds what it lies in.
export function to_section(place, id) {
	const heading = heading_of(place, id);
	for (let fold = heading?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
	heading?.scrollIntoView();
}

// A link goes to its section, and Back to the place before it.
function follow_links(place, contents) {
	for (const within of [place, contents]) {
		within.addEventListener("click", (event) => {
			const link = event.target.closest('a[href^="#"]');
			if (!link) return;
			event.preventDefault();
			history.replaceState({ handout: place.scrollTop }, "");
			to_section(place, decodeURIComponent(link.hash.slice(1)));
			history.pushState({ handout: place.scrollTop }, "");
		});
	}
	addEventListener("popstate", (event) => {
		if (event.state?.handout !== undefined) place.scrollTop = event.state.handout;
	});
}

// The place that was read last is shown again after a reload.
function keep_place(place, stage) {
	const key = `microk-handout-${stage}`;
	let timer = 0;
	const back = () => {
		const kept = Number(localStorage.getItem(key));
		if (kept && place.scrollHeight) place.scrollTop = kept * place.scrollHeight;
	};
	back();
	place.addEventListener("shown", back);
	place.addEventListener("scroll", () => {
		clearTimeout(timer);
		timer = setTimeout(() => place.scrollHeight && localStorage.setItem(key, String(place.scrollTop / place.scrollHeight)), 200);
	});
}

function list_contents(place, contents) {
	const list = contents.querySelector("nav");
	list.replaceChildren();
	for (const heading of place.querySelectorAll("h2, h3")) {
		const link = document.createElement("a");
		link.href = `#${heading.id.slice(OWN.length)}`;
		link.textContent = heading.textContent;
		link.className = heading.tagName.toLowerCase();
		list.append(link);
	}
	list.addEventListener("click", () => (contents.open = false));
}

function copy_block(block) {
	const chosen = getSelection();
	chosen.selectAllChildren(block);
	document.execCommand("copy");
	chosen.removeAllRanges();
}

function add_copy_buttons(place) {
	for (const block of place.querySelectorAll("pre")) {
		const frame = document.createElement("div");
		frame.className = "code";
		const button = document.createElement("button");
		button.type = "button";
		button.textContent = "Copy";
		button.addEventListener("click", async () => {
			const written = navigator.clipboard?.writeText(block.textContent.replace(/\n$/, "")) ?? Promise.reject();
			// It has no clipboard at an address that is not the machine's own, without TLS.
			await written.catch(() => copy_block(block));
			button.textContent = "Copied";
			setTimeout(() => (button.textContent = "Copy"), 1500);
		});
		block.replaceWith(frame);
		frame.append(block, button);
	}
}

export async function show_handout(place, contents, stage) {
	const answer = await fetch(address("handout/handout.md"));
	if (!answer.ok) throw new Error(`the server answered with status ${answer.status}`);
	const marked = new Marked({ gfm: true, renderer: renderer(new Map()) });
	place.innerHTML = marked.parse(await answer.text());
	name_callouts(place);
	for (const table of place.querySelectorAll("table")) {
		const scroller = document.createElement("div");
		scroller.className = "table";
		table.replaceWith(scroller);
		scroller.append(table);
	}
	add_copy_buttons(place);
	list_contents(place, contents);
	follow_links(place, contents);
	keep_place(place, stage);
}
