// The size of the machine's picture: as large as its room, a whole multiple of its own where that is nearly as large (sharp), and
// larger as the browser's zoom grows: then the room scrolls.

const NEARLY = 0.8;

// `picture`, `room`: [width, height] in CSS pixels; `zoom`: device pixels in one; `least`: of a page that was zoomed, its scale before.
// Returns the CSS pixels of one of the picture's.
export function scale_of(picture, room, zoom, least = 0) {
	const fits = Math.min(room[0] / picture[0], room[1] / picture[1]);
	const whole = Math.floor(fits * zoom + 0.001) / zoom;
	return Math.max(least, whole > 0 && whole >= NEARLY * fits ? whole : fits);
}

export function keep_fitting(room, place) {
	const first_zoom = window.devicePixelRatio;
	let usual = 0;
	const fit = () => {
		const canvas = place.querySelector("canvas");
		if (!canvas?.width || !room.clientWidth) return;
		const style = getComputedStyle(room);
		const inner = [
			room.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight),
			room.clientHeight - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom),
		];
		const zoomed = window.devicePixelRatio > first_zoom;
		const scale = scale_of([canvas.width, canvas.height], inner, window.devicePixelRatio, zoomed ? usual : 0);
		if (!zoomed) usual = scale;
		place.style.width = `${canvas.width * scale}px`;
		place.style.height = `${canvas.height * scale}px`;
		canvas.classList.toggle("sharp", Number.isInteger(Math.round(scale * window.devicePixelRatio * 1000) / 1000));
	};
	new ResizeObserver(fit).observe(room);
	// The machine sets its mode by the canvas's attributes.
	new MutationObserver(fit).observe(place, { subtree: true, childList: true, attributes: true, attributeFilter: ["width", "height"] });
	return fit;
}
