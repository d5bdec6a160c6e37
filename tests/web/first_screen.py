#!/usr/bin/python3
"""first_screen.py PICTURE: `make web` as a person runs it, the page in Chromium until the prompt is on it, a picture.

For tools/check_debian.py, which runs the README's commands on a fresh Debian.
"""
import os
import signal
import sys
import time

from harness import PROMPT, Browser, Served, await_gone, children, free_port

READY_SECONDS = 600  # the set-up may have to install what the page needs
SCREEN_SECONDS = 60
LIT = """(() => { const c = document.querySelector("#screen canvas");
    if (!c || !c.width) return 0;
    const pixels = new Uint32Array(c.getContext("2d").getImageData(0, 0, c.width, c.height).data.buffer);
    return pixels.filter((pixel) => pixel !== pixels[0]).length; })()"""
FEW = 500  # pixels unlike the background; the greeting and the prompt have more than twice as many


def serial(server):
    return server.request("GET", "/serial")[2]


def press_control_c(server):
    """Interrupts make and all processes that it started, as a terminal does. Returns those that are left."""
    family = children(server.pid)
    os.killpg(server.pid, signal.SIGINT)
    server.process.wait(20)
    return await_gone(family, 10)


def main(picture):
    with Served(["make", f"PORT={free_port()}", "web"], READY_SECONDS) as server:
        browser = Browser()
        try:
            browser.open(url=server.url)
            print(browser.await_words(pattern="^Connected", ms=SCREEN_SECONDS * 1000))
            end = time.monotonic() + SCREEN_SECONDS
            while (lit := browser.evaluate(code=LIT)) < FEW or PROMPT not in serial(server):
                if time.monotonic() > end:
                    browser.screenshot(path=picture)
                    sys.exit(f"the page shows no prompt within {SCREEN_SECONDS} s: {lit} pixels are lit; see {picture}")
                time.sleep(0.2)
            time.sleep(1)  # the prompt, printed a moment ago, reaches the screen
            browser.screenshot(path=picture)
            complaints = browser.complaints()
        finally:
            browser.close()
        left = press_control_c(server)
    if left:
        sys.exit(f"still running 10 s after Ctrl-C: {left}")
    if complaints:
        sys.exit(f"the page's console complains: {complaints}")
    print(f"{lit} pixels are lit; {picture}")


if __name__ == "__main__":
    main(sys.argv[1])
