"""Reports have a size: a machine's output, and the names in a submission, are other people's data."""
MOST = 1 << 20                          # bytes of a report's file
TEXTS = (8000, 2000, 500, 100)          # characters of each text: the first that keeps to MOST is taken
A_LINE, FEW = 100, 5                    # of a list of lines that many are kept for which the text has room, and at least these


def text(words, most):
    """The beginning of a text, and how much of it was left out."""
    return words if len(words) <= most else f"{words[:most]}\n… and {len(words) - most} more characters"


def shorter(value, most):
    """The same JSON with each text, and each list of lines, cut."""
    if isinstance(value, str):
        return text(value, most)
    if isinstance(value, dict):
        return {key: shorter(x, most) for key, x in value.items()}
    if isinstance(value, (list, tuple)):
        lines = max(most // A_LINE, FEW) if all(isinstance(x, str) for x in value) else len(value)
        kept = [shorter(x, most) for x in value[:lines]]
        return kept + ([f"and {len(value) - lines} more lines"] if len(value) > lines else [])
    return value


def largest(form):
    """form(most), a file's text, for the longest texts with which it keeps to MOST."""
    for most in TEXTS:
        found = form(most)
        if len(found.encode()) <= MOST:
            break
    return found
