"""The rules for requests: every request passes here before anything is done for it.

The threat is another site's page in the user's own browser: it can open a WebSocket to any
address (browsers leave the check to the server, RFC 6455 section 10.2), send a form anywhere, and
reach this server under a name of its own by DNS rebinding. So: Host must be a name this server goes
by; a WebSocket and a restart must come from a page of this very origin; a restart must also show a
token that only such a page can read. Another site's page may link here, and load nothing from here: it could not
read the answer, but an answer that waits takes one of the server's connections.

There is one target, and files come from a table made at start-up: no text of a request becomes a path.
"""

import hmac
import ipaddress
import re
import secrets

LOOPBACK_NAMES = {"localhost", "127.0.0.1", "[::1]"}
# RFC 3986's host and port, without the forms that no browser sends.
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")


class Refused(Exception):
    """Answered with 403; the text goes to the client."""


class Gate:
    def __init__(self, extra_hosts, token):
        """extra_hosts: names (with :port where a proxy in front has another) that were allowed on
        the command line."""
        self._extra = {host.lower() for host in extra_hosts}
        self._token = token
        # Of the page's own style elements, which a script makes; no other text on the page may be one.
        self.nonce = secrets.token_urlsafe(16)

    def check_host(self, headers, local_address):
        """Returns the Host that the client used. local_address: where the connection arrived, as in
        getsockname()."""
        host = only(headers, "Host").lower()
        if not HOST.fullmatch(host):
            raise Refused("The Host header is malformed.")
        if host in self._extra or host in own_names(*local_address[:2]):
            return host
        raise Refused(
            f"{host} is not a name of this server. "
            f"If it should, start it with make web ALLOW_HOST={host}"
        )

    def check_origin(self, headers, host):
        origin = only(headers, "Origin").lower()
        if origin not in (f"http://{host}", f"https://{host}"):
            raise Refused("Only this server's own page may do that (foreign Origin).")

    @staticmethod
    def check_site(headers, path):
        """A browser states its page's site (Fetch Metadata, W3C, section 2), unless this server is at an address that is not loopback
        and has no TLS. A client without a browser states none. A WebSocket's Origin is checked where it opens."""
        if headers.get("Sec-Fetch-Site", "none") not in ("cross-site", "same-site"):
            return
        is_link = headers.get("Sec-Fetch-Mode") == "navigate" and headers.get("Sec-Fetch-Dest", "document") == "document"
        if not (is_link and path == "/") and not headers.get("Upgrade"):
            raise Refused("Another site's page loads nothing from here.")

    def check_token(self, headers):
        shown = only(headers, "X-MicroK-Token")
        if not hmac.compare_digest(shown.encode("latin-1", "replace"), self._token.encode()):
            raise Refused("The token is not the one of this run. Reload the page.")


def own_names(address, port):
    """The names that a browser may use for the address at which its connection arrived. A literal address is safe from
    rebinding if the connection did arrive there; a name other than localhost never is."""
    literal = ipaddress.ip_address(address.partition("%")[0])
    literal = getattr(literal, "ipv4_mapped", None) or literal
    names = {f"[{literal}]" if literal.version == 6 else str(literal)} | LOOPBACK_NAMES
    with_port = {f"{name}:{port}" for name in names}
    return with_port | names if port == 80 else with_port


def only(headers, name):
    """The value of a header that must occur once: with two values, a proxy might use one and this server the other."""
    values = headers.get_all(name) or []
    if len(values) != 1:
        raise Refused(f"The request must have exactly one {name} header.")
    return values[0].strip()
