"""Lab 1: what is checked, and for how many points."""
from kinds import Boot, Guest, Present, Unit

TITLES = {
    "start": "The system builds and starts",
    "1.2": "Map a page",
}
ANCHORS = {"1.2": "exercise-12-map-a-page"}

BOOTS = Boot("start")
MAP = dict(exercise="1.2", unit="map", files=("kernel/mm/map.c",))

CHECKS = [
    Present("1.0.a", "kernel and programs build", 2, "start"),
    Guest("1.0.b", "the kernel comes up", 2, "start", needs=("1.0.a",), boot=BOOTS, channel="console", exact=False,
          expected=["Booting MicroK OS v1.0...", "[ipc] ready"], ends=("exit", "idle", "panic", "hang", "halted", "triple")),
    Unit("1.2.a", "the walk finds the entry of each level", 3, **MAP),
    Unit("1.2.d", "never writable and executable at once", 2, **MAP),
]
