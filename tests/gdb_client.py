"""As much of gdb's remote protocol as a test needs to stop the guest at an instruction and to step it."""


class Gdb:
    def __init__(self, line):
        self.line = line
        # Connecting stops the guest, and QEMU may report that by itself before it answers.
        while not self.ask("qAttached").isdigit():
            self._answer()

    def ask(self, packet):
        """The answer to a packet. A packet that lets the guest run is answered when the guest stops."""
        self.line.sendall(f"${packet}#{sum(packet.encode()) & 0xff:02x}".encode())
        return self._answer()

    def _byte(self):
        byte = self.line.recv(1)
        assert byte, "QEMU closed gdb's line"
        return byte

    def _answer(self):
        while self._byte() != b"$":
            pass
        answer = b""
        while not answer.endswith(b"#"):
            answer += self._byte()
        self.line.recv(2)
        self.line.sendall(b"+")
        return answer[:-1].decode()

    def stop_at(self, address, on=True):
        answer = self.ask(f"{'Z' if on else 'z'}1,{address:x},1")
        assert answer == "OK", answer

    def step(self):
        assert self.ask("s")[0] in "TS"

    def go(self):
        assert self.ask("c")[0] in "TS"

    def registers(self):
        """rax rbx rcx rdx rsi rdi rbp rsp r8..r15 rip, and the registers after them."""
        words = self.ask("g")
        return [int.from_bytes(bytes.fromhex(words[i:i + 16]), "little") for i in range(0, 17 * 16, 16)]

    @property
    def ip(self):
        return self.registers()[16]

    def word(self, address):
        return int.from_bytes(bytes.fromhex(self.ask(f"m{address:x},8")), "little")

    def leave(self):
        """The guest goes on alone."""
        self.line.sendall(b"$D#44")
        self._answer()
