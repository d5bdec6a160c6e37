// The handout, from Markdown to elements. It is a file of this tree, but a learner may have merged
// it from anywhere, so its HTML is text, except for the few bare tags that a handout needs (folded
// hints, line breaks, anchors); links lead only to the web or into the page. A tag that slipped through would still
// meet a policy that runs no inline script.

import { Marked } from "/marked.js";

const BARE_TAG = /^<\/?(details|summary|br|kbd|sub|sup|b|i|em|strong|code|p)( open)?\s*\/?>$/i;
const ANCHOR = /^<a (?:id|name)="([A-Za-z0-9._-]+)">$/;
const PICTURE = /^(?:\.\/)?([A-Za-z0-9_-]+\.(?:png|svg))$/;

function escape_text(text) {
	return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

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
		return anchor ? `<a id="${anchor[1]}">` : piece.length === 1 && piece === "&" ? "&" : escape_text(piece);
	});
}

function renderer(used) {
	return {
		html({ text }) {
			return keep_bare_tags(text);
		},
		heading({ tokens, depth, text }) {
			const id = escape_text(heading_id(text, used));
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
			return picture ? `<img src="/handout/${picture[1]}" alt="${escape_text(text)}">` : escape_text(text);
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

export async function show_handout(place) {
	const answer = await fetch("/handout/handout.md");
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
}
